"""`lbuild runtimes`: the table of Lambda runtimes."""

import datetime
import json

import click

from builder.cli.streams import tell
from builder.report.text import table
from manylinux.runtime import Runtime
from manylinux.runtimes import default_runtime, runtimes


@click.command(name="runtimes")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
def command(*, as_json: bool) -> None:
    """List the Lambda runtimes lbuild builds for."""
    if as_json:
        tell(json.dumps([_form(runtime) for runtime in runtimes()], indent=2))
        return
    today = datetime.datetime.now(tz=datetime.UTC).date()
    head = ("runtime", "architectures", "system", "glibc", "status", "deprecated", "no new", "no updates")
    for line in table([head, *(_row(runtime, today) for runtime in runtimes())]):
        tell(line)


def _row(runtime: Runtime, today: datetime.date) -> tuple[str, ...]:
    default = " (default)" if runtime == default_runtime() else ""
    dates = (runtime.deprecated, runtime.block_create, runtime.block_update)
    return (
        runtime.id,
        ", ".join(architecture.value for architecture in runtime.architectures),
        runtime.os.name,
        ".".join(map(str, runtime.os.glibc)),
        f"{runtime.status_on(today).value}{default}",
        *("" if date is None else date.isoformat() for date in dates),
    )


def _form(runtime: Runtime) -> dict[str, object]:
    today = datetime.datetime.now(tz=datetime.UTC).date()
    dates = {
        "deprecated": runtime.deprecated,
        "block_create": runtime.block_create,
        "block_update": runtime.block_update,
    }
    return {
        "runtime": runtime.id,
        "architectures": [architecture.value for architecture in runtime.architectures],
        "os": runtime.os.name,
        "glibc": ".".join(map(str, runtime.os.glibc)),
        "status": runtime.status_on(today).value,
        "default": runtime == default_runtime(),
        **{name: None if date is None else date.isoformat() for name, date in dates.items()},
    }
