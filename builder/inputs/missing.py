"""How to say that a file or folder does not exist: with names that are near."""

from pathlib import Path

from builder.disk import Disk
from builder.errors import InputNotFoundError
from builder.inputs.messages import shown
from manylinux.near_names import did_you_mean


def no_such_input(written: str, target: Path, disk: Disk, *, hint: str | None = None) -> InputNotFoundError:
    """The error for `written`, which stands for `target`."""
    names = disk.names(target.parent)
    hint = hint or did_you_mean(target.name, map(shown, names))
    if hint is None and "\\" in written:
        hint = "Write `/` between folders"
    elif hint is None:
        hint = "Check the name and the folder"
    evidence = [f"looked for {shown(str(target))}"]
    if not names and not disk.is_dir(target.parent):
        evidence.append("its folder does not exist either")
    return InputNotFoundError(f"`{shown(written)}` does not exist", evidence=evidence, hint=hint)
