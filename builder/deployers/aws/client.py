"""boto3, asked: the one module that imports it. What it raises comes out as errors of lbuild's tree."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from builder.deployers.aws.faults import of_answer, of_client
from builder.errors import NoAwsSdkError, UnknownRegionError
from builder.project.tables import nearest
from manylinux.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ATTEMPTS = 8
"""Of each request, about a minute in all, unless `AWS_MAX_ATTEMPTS` says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One boto3 client as a `Service`."""

    client: Any
    region: str

    def ask(self, operation: str, what: str, **parameters: Any) -> Mapping[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer: Mapping[str, Any] = getattr(self.client, operation)(**parameters)
        except ClientError as error:
            raise of_answer(error, self.client, what, self.region) from error
        except (BotoCoreError, OSError) as error:  # OSError: of programs that give credentials
            raise of_client(error, what, self.region) from error
        return answer

    def pages(self, operation: str, what: str, key: str, **parameters: Any) -> Iterator[Mapping[str, Any]]:
        marker: dict[str, Any] = {}
        while True:
            answer = self.ask(operation, what, **parameters, **marker)
            yield from answer.get(key, ())
            if not answer.get("NextMarker"):
                return
            marker = {"Marker": answer["NextMarker"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """An `Account`."""

    functions: Asked
    objects: Asked


def open_accounts(regions: Sequence[str], profile: str | None) -> dict[str, Clients]:
    """The services of every region, each named once; the configured one when none is named.

    Nothing is sent yet. Raises NoAwsSdkError, UnknownRegionError, NoAwsCredentialsError, UsageError.
    """
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ImportError as error:
        raise NoAwsSdkError(
            "boto3 is not installed, and lbuild deploys with it",
            evidence=[str(error)],
            hint="`pip install 'lambda-lbuild[aws]'`",
        ) from error
    try:
        session = boto3.Session(profile_name=profile)
        # boto3 does not look at AWS_REGION, which AWS's other tools look at first.
        configured = os.environ.get("AWS_REGION") or session.region_name
        wanted = tuple(dict.fromkeys(regions or filter(None, [configured])))
        if not wanted:
            raise UsageError(
                "There is no region",
                hint="Name one with `--region`, or set `AWS_REGION` or the profile's `region`",
            )
        if not (os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT_URL_LAMBDA")):
            _demand_known(wanted, session)
        retries: dict[str, Any] = {"mode": "adaptive"}
        if "AWS_MAX_ATTEMPTS" not in os.environ:
            retries["total_max_attempts"] = ATTEMPTS
        config = Config(
            retries=retries,
            connect_timeout=10,
            read_timeout=120,
            user_agent_extra="lbuild",
            tcp_keepalive=True,
        )
        # One after the other: sessions are not made for threads, clients are.
        return {
            region: Clients(
                functions=Asked(client=session.client("lambda", region, config=config), region=region),
                objects=Asked(client=session.client("s3", region, config=config), region=region),
            )
            for region in wanted
        }
    except (BotoCoreError, ValueError, OSError) as error:
        raise of_client(error, "the configuration of AWS", None) from error


def _demand_known(regions: Sequence[str], session: Any) -> None:
    """Raises UnknownRegionError, before anybody waits for a server that is not there."""
    known = {
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("lambda", partition)
    }
    for region in regions:
        if region not in known:
            raise UnknownRegionError(
                f"There is no region `{region}`",
                evidence=[f"boto3 knows {len(known)} regions of Lambda"],
                hint=nearest(region, known) or "A newer boto3 knows newer regions",
            )
