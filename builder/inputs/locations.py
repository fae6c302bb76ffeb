"""Where files come from: values of `--index-url`, `--extra-index-url`, `--find-links`, `--trusted-host`."""

from collections.abc import Sequence
from pathlib import Path

from builder.disk import Disk
from builder.errors import InvalidRequirementError
from builder.inputs import missing
from builder.inputs.messages import shown
from builder.inputs.urls import absolute, file_url, path_of, read_reference, scheme_of


def read_location(written: str, folders: Sequence[Path], disk: Disk) -> str:
    """A URL as it is; a path as the `file:` URL of the first of `folders` under which it exists."""
    scheme = scheme_of(written)
    if scheme in {"http", "https"}:
        read_reference(written, folders[-1])
        return written
    if scheme not in {None, "file"}:
        raise InvalidRequirementError(
            f"`{shown(written)}` is no place for packages", hint="Use an `https:` or `file:` URL, or a folder"
        )
    targets = [
        absolute(written, folder) if scheme is None else path_of(written, folder)
        for folder in dict.fromkeys(folders)
    ]
    for target in targets:
        if disk.is_dir(target):
            return file_url(target) + "/"
        if disk.is_file(target):
            return file_url(target)
    raise missing.no_such_input(written, targets[-1], disk)


def read_host(written: str) -> str:
    """`host` or `host:port`."""
    host, _, port = written.rpartition(":")
    host = host if port.isdigit() else written
    if host and "/" not in host and "@" not in host and not any(c.isspace() for c in host):
        return written
    raise InvalidRequirementError(f"`{shown(written)}` is no host", hint="Write `host` or `host:port`")
