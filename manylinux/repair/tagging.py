"""A wheel under another build tag, so that it has a name of its own beside an earlier build of its version.

Specs: binary distribution format (PEP 427: the build tag in the file name, `Build` in WHEEL).
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from manylinux.repair.opening import opened
from manylinux.repair.writing import NewMember, write_wheel


def tagged(wheel: Path, build: tuple[int, str], folder: Path) -> Path:
    """The wheel in `folder` under this build tag: file name, WHEEL and RECORD say so, the rest is as it was.

    `build`: a number, and a text that settles ties. The same wheel and tag give the same bytes. Raises
    BrokenWheelError, and OSError where the folder cannot be written.
    """
    number, text = build
    tag = f"{number}{text}"
    with TemporaryDirectory(prefix="lbuild-tag-") as scratch, opened(wheel, Path(scratch)) as before:
        path = folder / f"{'-'.join(wheel.name.split('-')[:2])}-{tag}-{before.name.tag_set}.whl"
        told = f"{before.dist_info}/WHEEL"
        members = [
            NewMember(
                path=member.path,
                read=lambda path=member.path: before.read(path),  # type: ignore[misc]  # bound now
                executable=member.executable,
            )
            for member in before.members
            if member.path != told
        ]
        members.append(NewMember(path=told, read=lambda: _wheel_text(before.wheel, tag)))
        write_wheel(path, members, before.dist_info)
    return path


def _wheel_text(old: str, tag: str) -> bytes:
    """WHEEL with this build tag alone, its other lines as they were."""
    kept = [line.rstrip() for line in old.splitlines() if line.strip()]
    kept = [line for line in kept if line.partition(":")[0].strip().lower() != "build"]
    return "\n".join([*kept, f"Build: {tag}", ""]).encode()
