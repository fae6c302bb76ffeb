"""The lines that install from an index, as the pages show them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_HOST: Final = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_LOOPBACK: Final = ("localhost", "127.", "[::1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command line, and what it is for."""

    tool: str
    line: str
    note: str = ""


def address(host: str | None) -> str | None:
    """The index's URL by a Host header; None when the header is no host, lest a page repeat what it says."""
    return f"http://{host}" if host is not None and _HOST.fullmatch(host) else None


def commands(url: str, project: str | None) -> list[Command]:
    """How lbuild, uv and pip take wheels from the index at `url`: a given project's, or what is required."""
    host = url.removeprefix("http://")
    wanted = project or "-r requirements.txt"
    trusted = "" if host.startswith(_LOOPBACK) else f"--trusted-host {host} "
    return [
        Command(
            tool="lbuild",
            line=f"lbuild {project or 'requirements.txt'} -o bundle.zip --prebuilt-index {url}/simple/",
            note="Its wheels go first, version by version; everything else comes from where it always did.",
        ),
        Command(
            tool="uv",
            line=f"uv pip install --index {url}/simple/ {wanted}",
            note="uv takes a project from the first index that has it, and asks this one first.",
        ),
        Command(
            tool="pip",
            line=f"pip install --index-url {url}/simple/ {trusted}--only-binary :all: {project or 'PROJECT'}",
            note=(
                "With --index-url pip takes everything from here, dependencies too. "
                "With --extra-index-url it would take whichever index has the higher version."
            ),
        ),
    ]
