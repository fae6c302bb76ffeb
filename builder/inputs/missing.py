"""How to say that a file or folder does not exist: with names that are near."""

from pathlib import Path

from builder.disk import Disk
from builder.errors import InputNotFoundError
from builder.inputs.messages import shown

_LONGEST_NAME = 255
"""Characters that are compared; difflib is quadratic."""


def no_such_input(written: str, target: Path, disk: Disk, *, hint: str | None = None) -> InputNotFoundError:
    """The error for `written`, which stands for `target`."""
    import difflib  # 11 ms that only errors need

    names = disk.names(target.parent)
    near = difflib.get_close_matches(target.name[:_LONGEST_NAME], names, n=3, cutoff=0.6)
    if hint is None and near:
        hint = f"Did you mean {' or '.join(f'`{shown(name)}`' for name in near)}?"
    elif hint is None and "\\" in written:
        hint = "Write `/` between folders"
    elif hint is None:
        hint = "Check the name and the folder"
    evidence = [f"looked for {shown(str(target))}"]
    if not names and not disk.is_dir(target.parent):
        evidence.append("its folder does not exist either")
    return InputNotFoundError(f"`{shown(written)}` does not exist", evidence=evidence, hint=hint)
