"""How pip adds up `--no-binary` and `--only-binary`. Pure."""

from packaging.utils import canonicalize_name

from builder.model import FormatControl

ALL = ":all:"
NONE = ":none:"


def with_no_binary(control: FormatControl, value: str) -> FormatControl:
    no_binary, only_binary = _added(value, control.no_binary, control.only_binary)
    return FormatControl(no_binary=no_binary, only_binary=only_binary)


def with_only_binary(control: FormatControl, value: str) -> FormatControl:
    only_binary, no_binary = _added(value, control.only_binary, control.no_binary)
    return FormatControl(no_binary=no_binary, only_binary=only_binary)


def _added(
    value: str, target: frozenset[str], other: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """A comma list added to its own set and taken from the other one.

    `:all:` empties both and swallows the names after it, up to a `:none:`; `:none:` empties the own set.
    """
    names = [name.strip() for name in value.split(",") if name.strip()]
    own, others = set(target), set(other)
    while ALL in names:
        own, others = {ALL}, set()
        names = names[names.index(ALL) + 1 :]
        if NONE not in names:
            break
    else:
        for name in names:
            if name == NONE:
                own.clear()
            else:
                own.add(canonicalize_name(name))
                others.discard(canonicalize_name(name))
    return frozenset(own), frozenset(others)
