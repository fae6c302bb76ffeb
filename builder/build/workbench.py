"""One build's own folder, log and leashes, gone when it ends; a log is kept when it fails, and quoted."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from builder.build import abandoned, environment
from builder.build.build_system import RefusedError
from builder.build.failing import clean, failure, kept, tell_log
from builder.build.process import FailedError, Leash
from builder.build.values import BuildIndex, BuildPolicy, ConfigSettings, machine_faults
from manylinux.backends.compilers import ALWAYS, write_compilers
from manylinux.backends.limits import Limits
from manylinux.backends.port import BackendError
from manylinux.errors import LbuildError

if TYPE_CHECKING:
    from builder.build.frontend import Workshop

_TAIL = 64 << 10
"""Bytes of the log that may hold those lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """What one build works with."""

    label: str
    """What is built, for people."""
    folder: Path
    """New and empty but for `home`."""
    policy: BuildPolicy
    environ: Mapping[str, str]
    index: BuildIndex
    deadline: float
    pulse: Callable[[], None]
    doing: str = "Building"
    """What is done with it, for people."""
    limits: Limits = field(default_factory=Limits)
    log_file: Path | None = None
    """None: in the folder."""
    compilers: Path | None = None
    """A folder with scripts that note what becomes of compilers' work."""

    def again(self, name: str, limits: Limits, on_line: Callable[[str], None]) -> "Workbench":
        """A bench below this one with limits of its own, and the same log, whose new lines are told."""
        folder = self.folder / name
        (folder / "home").mkdir(parents=True)
        tail = Tail(log=self.log, on_line=on_line, inner=self.pulse)
        deadline = time.monotonic() + limits.seconds
        return replace(self, folder=folder, deadline=deadline, pulse=tail, log_file=self.log, limits=limits)

    def run(self, command: Sequence[str], *, cwd: Path, environ: Mapping[str, str]) -> None:
        """As `manylinux.backends.port.Run` has it. Raises what `Leash.run` does."""
        self._leash(environ).run(command, cwd=cwd)

    def with_noting_compilers(self) -> "Workbench":
        """The same bench, on which what does not compile is noted, as `Compilations` has it."""
        if os.name == "nt":
            return self
        path = self.environ.get("PATH", os.defpath)
        return replace(self, compilers=write_compilers(self.folder, path, ALWAYS))

    def kept_log(self) -> Path:
        """Where the log lies from now on."""
        return kept(self)

    @property
    def sources(self) -> Path:
        """Where sources go."""
        return self.folder / "source"

    @property
    def mark(self) -> str:
        """What all that runs on it is known by."""
        return str(self.log.parent)

    @property
    def log(self) -> Path:
        return self.log_file or self.folder / "log"

    def leash_for_git(self, secrets: Mapping[str, str]) -> Leash:
        return self._leash(environment.for_git(self.environ, secrets))

    def make_wheel(self, project: Path, config_settings: ConfigSettings) -> Path:
        """The wheel the backend of `project` wrote, whatever is in it."""
        return self._workshop().make_wheel(project, config_settings)

    def metadata(self, project: Path, config_settings: ConfigSettings) -> bytes | None:
        """METADATA of the wheel it would write; None where the backend does not tell it without one."""
        return self._workshop().metadata(project, config_settings)

    def _workshop(self) -> "Workshop":
        from builder.build.frontend import Workshop  # 30 ms, only needed when something is built

        home = self.folder / "home"
        return Workshop(
            label=self.label,
            folder=self.folder,
            limits=self.limits,
            path=self.environ.get("PATH", os.defpath),
            for_pip=lambda own: self._leash(environment.for_pip(self.environ, own, self.index)),
            for_backend=lambda programs: self._leash(
                environment.for_backend(self.environ, home, programs, self.compilers)
            ),
            supply=self.index.supply,
        )

    def _leash(self, environ: Mapping[str, str]) -> Leash:
        return Leash(
            environ=environ,
            mark=self.mark,
            log=self.log,
            output=self.policy.output,
            deadline=self.deadline,
            pulse=self.pulse,
            folder=self.folder,
            limits=self.limits,
        )


@dataclass(slots=True, kw_only=True)
class Tail:
    """A pulse that also tells each line a log has grown by."""

    log: Path
    on_line: Callable[[str], None]
    inner: Callable[[], None]
    read: int = 0
    """Bytes."""

    def __call__(self) -> None:
        self.inner()
        with self.log.open("rb") as file:
            file.seek(self.read)
            new = file.read(_TAIL)
        whole = new[: new.rfind(b"\n") + 1] or (new if len(new) == _TAIL else b"")
        self.read += len(whole)
        for line in whole.decode(errors="replace").splitlines():
            if cleaned := clean(line):
                self.on_line(cleaned)


@contextmanager
def workbench(
    label: str,
    policy: BuildPolicy,
    environ: Mapping[str, str],
    index: BuildIndex,
    pulse: Callable[[], None],
    doing: str = "Building",
) -> Iterator[Workbench]:
    """A bench on which `label`, a project or where it comes from, is built.

    Raises SdistBuildError with the end of the log when the build fails, EnvironmentFault when the system
    does. Whatever else is raised of lbuild's errors tells where the log is.
    """
    abandoned.sweep(policy.workdir)
    with (
        machine_faults(label),
        tempfile.TemporaryDirectory(
            prefix=abandoned.PREFIX, dir=policy.workdir, ignore_cleanup_errors=True
        ) as folder,
        ExitStack() as stack,
    ):
        bench = Workbench(
            label=label,
            folder=Path(os.path.realpath(folder)),
            policy=policy,
            environ=environ,
            index=index,
            deadline=time.monotonic() + policy.timeout,
            pulse=pulse,
            doing=doing,
            limits=Limits(seconds=policy.timeout),
        )
        bench.log.touch()
        stack.enter_context(abandoned.claimed(bench.folder))
        try:
            with machine_faults(label):
                yield bench
        except (FailedError, RefusedError, BackendError) as error:
            raise failure(bench, error) from error
        except LbuildError as error:
            tell_log(bench, error)
            raise
