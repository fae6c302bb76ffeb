"""How to say that an input has no extra or group of a name."""

from collections.abc import Sequence

from builder.errors import InvalidRequirementError
from builder.inputs.messages import shown


def unknown(kind: str, name: str, known: Sequence[str]) -> InvalidRequirementError:
    """The error for a `kind` (`extra`, `dependency group`) that is not among the `known`."""
    import difflib  # 11 ms that only errors need

    near = difflib.get_close_matches(name, known, n=1)
    hint = (
        f"Did you mean `{near[0]}`?"
        if near
        else f"It has {', '.join(f'`{each}`' for each in known) or 'none'}"
    )
    return InvalidRequirementError(f"it has no {kind} `{shown(name)}`", hint=hint)
