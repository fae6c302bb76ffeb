"""Wheels as mappings of paths to contents, scanned and decided about."""

import hashlib
from collections.abc import Mapping, Sequence

from builder.model import Slimming
from builder.slim.asking import WheelFiles, asked
from builder.slim.decide import decide
from builder.slim.profile import SlimProfile
from builder.slim.records import from_record, to_record
from builder.slim.scan import Entry, scan_source, scan_wheel
from builder.slim.values import Decision, SharedObject, WheelScan

Files = Mapping[str, str | bytes]


def make_scan(files: Files) -> WheelScan:
    """The scan of a wheel of `files`, as it comes back from a cache."""
    entries = [Entry(path, hashlib.sha256(_bytes(content)).hexdigest()) for path, content in files.items()]
    return from_record(to_record(scan_wheel(entries, lambda path: _bytes(files[path]))))


def make_decision(
    *wheels: Files,
    source: Files | None = None,
    profile: Slimming = Slimming.SAFE,
    shared_objects: Mapping[tuple[int, str], SharedObject] | None = None,
    changes: SlimProfile | None = None,
) -> Decision:
    """What goes of a bundle of these wheels, of projects `a`, `b` and so on, and this source.

    `changes`: a profile in the place of `profile`.
    """
    whole = changes or SlimProfile(base=profile)
    files = [WheelFiles(project=chr(97 + number), paths=sorted(each)) for number, each in enumerate(wheels)]
    app = scan_source(source, lambda path: _bytes(source[path])) if source is not None else None
    return decide(
        [make_scan(files) for files in wheels],
        app,
        whole,
        lambda number, path: _bytes(wheels[number][path]),
        shared_objects,
        asked(whole, files),
    )


def dropped_paths(
    *wheels: Files, source: Files | None = None, profile: Slimming = Slimming.SAFE
) -> Sequence[str]:
    """Paths that go, sorted, whichever wheel they are of."""
    return sorted(path for _, path in make_decision(*wheels, source=source, profile=profile).dropped)


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content
