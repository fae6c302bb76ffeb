"""One logical line of a requirements file to a statement: a requirement, options, or both. Pure.

The options are those pip knows in such files, spelled as pip takes them: `--option value`, `--option=value`,
`-ovalue`, unambiguous beginnings of long names, quotes. Where pip drops something in silence, this does not:

- a marker after `-e PATH` counts (pip forgets it);
- every `-r`, `-c` and `--find-links` of a line counts (pip takes the first);
- stray words, and options that mean nothing where they stand, are errors.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from builder.errors import InvalidRequirementError
from builder.inputs.messages import shown

_FLAGS = frozenset({"--no-index", "--prefer-binary", "--require-hashes", "--no-require-hashes", "--pre"})
_WITH_VALUE = frozenset(
    {
        "--requirement",
        "--constraint",
        "--editable",
        "--index-url",
        "--pypi-url",
        "--extra-index-url",
        "--find-links",
        "--no-binary",
        "--only-binary",
        "--trusted-host",
        "--use-feature",
        "--hash",
        "--config-settings",
        "--all-releases",
        "--only-final",
    }
)
_KNOWN = _FLAGS | _WITH_VALUE
_SHORT = {
    "-r": "--requirement",
    "-c": "--constraint",
    "-e": "--editable",
    "-i": "--index-url",
    "-f": "--find-links",
    "-C": "--config-settings",
}
_BESIDE_REQUIREMENT = frozenset({"--hash", "--config-settings", "--no-binary", "--only-binary"})
_GONE = {
    "--global-option": "pip dropped it in favour of `--config-settings`",
    "--install-option": "pip dropped it in favour of `--config-settings`",
    "--build-option": "Write `--config-settings`",
    "--no-use-wheel": "Write `--no-binary :all:`",
    "--use-wheel": "Wheels are the rule: remove it",
    "--process-dependency-links": "pip dropped it; require the dependency as `name @ URL`",
    "--allow-external": "pip dropped it: remove it",
    "--allow-all-external": "pip dropped it: remove it",
    "--allow-unverified": "pip dropped it: remove it",
}
_EDITABLE = re.compile(r"(?:-e\s*|--editable(?:\s+|=))(?=[^\s'\"=-])")
_QUOTED_LINE_LIMIT = 1 << 16
"""Characters; shlex is quadratic in the length of a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An option by its full name, with its value."""

    name: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one line says."""

    requirement: str | None
    editable: bool = False
    options: tuple[Option, ...] = ()


def read_statement(text: str) -> Statement:
    """The statement of a line; raises InvalidRequirementError."""
    start = _EDITABLE.match(text)
    before, after = _cut_at_options(text if start is None else text[start.end() :])
    statement = Statement(
        requirement=before or None,
        editable=start is not None,
        options=tuple(_options(_words(after))) if after else (),
    )
    if statement.options:
        statement = _with_editable_option(statement)
        _check_places(statement)
    return statement


def _cut_at_options(text: str) -> tuple[str, str]:
    """Before and from the first word that begins with `-`; only a blank parts words here, as in pip."""
    if text.startswith("-"):
        return "", text
    at = text.find(" -")
    return (text, "") if at < 0 else (text[:at].rstrip(), text[at + 1 :])


def _words(text: str) -> list[str]:
    if not any(quote in text for quote in "'\"\\"):
        return text.split()
    if len(text) > _QUOTED_LINE_LIMIT:
        raise InvalidRequirementError(
            f"a line of {len(text)} characters with quotes in its options is too long"
        )
    import shlex  # 9 ms that few files need

    try:
        return shlex.split(text)
    except ValueError as error:
        raise InvalidRequirementError(f"its options cannot be parted into words: {error}") from None


def _options(words: Iterable[str]) -> Iterator[Option]:
    queue = iter(words)
    for word in queue:
        if word.startswith("--") and len(word) > 2:
            spelled, equals, value = word.partition("=")
            name = _full_name(spelled)
        elif word.startswith("-") and len(word) > 1 and word != "--":
            spelled, value, equals = word[:2], word[2:], word[2:]
            name = _short_name(spelled)
        else:
            raise InvalidRequirementError(
                f"`{shown(word)}` stands after options",
                hint="Write one requirement to a line, before its options",
            )
        yield _option(name, spelled, value if equals else None, queue)


def _option(name: str, spelled: str, value: str | None, queue: Iterator[str]) -> Option:
    if name in _FLAGS:
        if value is not None:
            raise InvalidRequirementError(f"`{spelled}` takes no value, and `{shown(value)}` is given")
        return Option(name=name)
    if value is None:
        value = next(queue, "")
        if value.startswith("-") and name != "--config-settings":  # a setting's key may, as in pip
            raise InvalidRequirementError(f"`{spelled}` needs a value, and `{shown(value)}` follows")
    if not value:
        raise InvalidRequirementError(f"`{spelled}` needs a value")
    return Option(name="--index-url" if name == "--pypi-url" else name, value=value)


def _short_name(spelled: str) -> str:
    try:
        return _SHORT[spelled]
    except KeyError:
        raise _unknown(spelled) from None


def _full_name(spelled: str) -> str:
    if spelled in _KNOWN:
        return spelled
    if spelled in _GONE:
        raise InvalidRequirementError(f"`{spelled}` is no longer an option", hint=_GONE[spelled])
    possible = sorted(name for name in _KNOWN if name.startswith(spelled))
    if len(possible) == 1:
        return possible[0]
    if possible:
        raise InvalidRequirementError(f"`{spelled}` may mean {' or '.join(f'`{name}`' for name in possible)}")
    raise _unknown(spelled)


def _unknown(spelled: str) -> InvalidRequirementError:
    import difflib  # 11 ms that only errors need

    near = difflib.get_close_matches(spelled[:40], sorted(_KNOWN), n=1, cutoff=0.5)
    hint = f"Did you mean `{near[0]}`?" if near else f"Known are {', '.join(sorted({*_KNOWN, *_SHORT}))}"
    return InvalidRequirementError(f"unknown option `{shown(spelled)}`", hint=hint)


def _with_editable_option(statement: Statement) -> Statement:
    """`-e` found among the options, rather than at the beginning of the line, becomes the requirement."""
    editables = [option.value for option in statement.options if option.name == "--editable"]
    if not editables:
        return statement
    if len(editables) > 1 or statement.requirement is not None:
        raise InvalidRequirementError("two requirements on one line", hint="Write one `-e` to a line")
    others = tuple(option for option in statement.options if option.name != "--editable")
    return Statement(requirement=editables[0], editable=True, options=others)


def _check_places(statement: Statement) -> None:
    for option in statement.options:
        if statement.requirement is None and option.name in {"--hash", "--config-settings"}:
            raise InvalidRequirementError(
                f"`{option.name}` belongs to a requirement, and there is none on its line",
                hint="Does the line before lack its backslash at the end?",
            )
        if statement.requirement is not None and option.name not in _BESIDE_REQUIREMENT:
            raise InvalidRequirementError(
                f"`{option.name}` cannot stand beside a requirement", hint="Write it on a line of its own"
            )
        if option.name == "--only-final" or (option.name == "--all-releases" and option.value != ":all:"):
            raise InvalidRequirementError(
                f"`{option.name}` for single projects is not supported",
                hint="`--pre` allows all pre-releases; a specifier such as `>=2.0rc1` those of one project",
            )
