"""The workers of a Dask cluster as a crew. The one module that loads Dask."""

from __future__ import annotations

from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any

from builder.errors import SchedulerError
from builder.farm.working import work

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future
    from typing import Self

    from builder.farm.values import Job, Outcome, Site

_PATIENCE = 15.0
"""Seconds for a scheduler to answer."""


class DaskCluster:
    """The workers of a cluster that is there already; lbuild must be installed where they run."""

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise SchedulerError(
                "Dask is not installed",
                evidence=[str(error)],
                hint="Install lbuild with the extra `dask`: `pip install 'lambda-lbuild[dask]'`",
            ) from error
        client: Any = Client
        try:
            self._client = client(address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise SchedulerError(
                f"No Dask scheduler answers at `{address}`",
                evidence=[f"{type(error).__name__}: {error}".splitlines()[0]],
                hint="Name one that runs, such as `dask:tcp://10.0.0.5:8786`",
            ) from error
        self._executor: Executor = self._client.get_executor(pure=False)

    def submit(self, job: Job, site: Site) -> Future[Outcome]:
        return self._executor.submit(work, job, site)

    def lost(self, error: BaseException) -> bool:
        from distributed import KilledWorker

        return isinstance(error, KilledWorker | CancelledError)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._executor.shutdown(wait=False)  # what nobody waits for is cancelled
        self._client.close()
