"""Where a lock file stands, and what paths in it mean: relative to its folder, `/` between components."""

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A lock file, for people and for the paths in it."""

    source: str
    """As people know it: `pylock.toml`."""
    folder: Path
    """Absolute."""

    def url_of(self, path: str) -> str:
        """The `file:` URL of a path in the lock; both separators are understood, as PEP 751 allows."""
        absolute = self.folder / PurePosixPath(path.replace("\\", "/"))
        return Path(os.path.normpath(absolute)).as_uri()

    def path_of(self, url: str) -> str | None:
        """How a lock here writes a `file:` URL; None for any other URL."""
        parts = urlsplit(url)
        if parts.scheme != "file":
            return None
        location = _local(parts.path)
        try:
            relative = os.path.relpath(location, self.folder)
        except ValueError:
            # Windows: on another drive.
            return location.as_posix()
        return relative.replace(os.sep, "/")


def _local(path: str) -> Path:
    """The path in a `file:` URL: `/C:/x` is `C:/x` where drives have letters."""
    decoded = unquote(path)
    has_drive = len(decoded) > 2 and decoded[0] == "/" and decoded[2] == ":"
    return Path(decoded[1:] if has_drive and os.sep == "\\" else decoded)
