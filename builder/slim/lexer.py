"""Python source as code and strings, by one lexical grammar that is the same on every host.

No parser of the running Python is asked, since what it accepts differs from version to version. Python 2,
f-strings nested as PEP 701 has it, template strings (PEP 750) and text that is no Python at all are read
alike; where a string has no end the answer says that it is in doubt.
"""

import re
from dataclasses import dataclass

from prebuilt_index import charsets

_COOKIE = re.compile(rb"^[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)", re.MULTILINE)
_HEAD = 400
"""Bytes: an encoding declaration stands in the first two lines."""
_TOKEN = re.compile(
    r"#[^\n]*+"
    r'|"""(?:[^"\\]++|\\.|"(?!""))*+(""")?+'
    r"|'''(?:[^'\\]++|\\.|'(?!''))*+(''')?+"
    r'|"(?:[^"\\\n]++|\\.)*+(")?+'
    r"|'(?:[^'\\\n]++|\\.)*+(')?+",
    re.DOTALL,
)
_QUOTES = ("", '"""', "'''", '"', "'")
"""By the number of the group in `_TOKEN` that closes the string."""
_PREFIX = re.compile(r"(?<!\w)[rRbBuUfFtT]{1,2}\Z")
_LITERAL = {
    quote: re.compile(
        r"(?:[^{}\\" + stop + r"]++|\\N\{[^{}\n]*+\}|\\[^{}]|\\|\{\{|\}\}" + more + r")*+", re.DOTALL
    )
    for quote, stop, more in (
        ('"""', '"', '|"(?!"")'),
        ("'''", "'", "|'(?!'')"),
        ('"', '"\n', ""),
        ("'", "'\n", ""),
    )
}
_FIELD = re.compile(r"[^\"'{}\[\]()#:]++")
_SPECIFICATION = re.compile(r"[^\"'{}\n]++")
_FORMATTED = frozenset("fFtT")
_DEEPEST = 12
"""Strings within fields within strings; deeper ones are in doubt."""
FIELD = "\0"
"""Stands in a string for a replacement field, and at an end of it for what `+` joins there."""
_PLUS = re.compile(r"[ \t\f\n\\]*+\+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexed:
    """Source taken apart."""

    code: str
    """Without comments, a `"` for each string; what f-strings hold in braces stands behind the rest."""
    strings: tuple[str, ...]
    """Contents as written, escapes too, in order; neighbours joined are there joined as well."""
    sure: bool
    """False where some string has no end; `code` and `strings` are then not to be relied on."""


class _DoubtError(Exception):
    """A string that has no end."""


def decoded(content: bytes) -> str:
    """The text as its encoding declaration says (PEP 263), else as UTF-8 or Latin-1; `\\n` ends lines."""
    names = ["utf-8-sig", "latin-1"]
    head = b"\n".join(content[:_HEAD].splitlines()[:2])
    if b"coding" in head and (cookie := _COOKIE.search(head)):
        names.insert(0, cookie[1].decode("ascii"))
    for name in names:
        try:
            text = charsets.decoded(content, name)
        except (LookupError, ValueError):
            continue
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    raise AssertionError("Latin-1 decodes everything")


def lexed(text: str) -> Lexed:
    """`text` taken apart, in time linear in its length."""
    reader = _Reader(text)
    try:
        reader.read()
    except _DoubtError:
        return Lexed(code=text, strings=(), sure=False)
    return Lexed(code="".join(reader.code) + "".join(reader.fields), strings=tuple(reader.strings), sure=True)


class _Reader:
    """Goes through a text once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.code: list[str] = []
        self.fields: list[str] = []
        self.strings: list[str] = []
        self.run: list[str] = []
        """Strings with nothing but space and comments between them: one constant to Python."""

    def read(self) -> None:
        text, code, search = self.text, self.code, _TOKEN.search
        position = 0
        while token := search(text, position):
            start = token.start()
            between = text[position:start]
            code.append(between)
            if text[start] == "#":
                if between and not between.isspace():
                    self._end_run()
                position = token.end()
                continue
            prefix = self._prefix(start)
            gap = between[: len(between) - len(prefix)].strip(" \t\f\n\\")
            if gap:
                self._end_run()
                if gap.endswith("+"):
                    self.run.append(FIELD)
            position, value = self._string(start, prefix, 0, token)
            self.run.append(value)
            if _PLUS.match(text, position):
                self.run.append(FIELD)
            code.append('"')
        code.append(text[position:])
        self._end_run()

    def _end_run(self) -> None:
        if len(self.run) > 1:
            self.strings.append("".join(self.run))
        self.strings.extend(string for string in self.run if string != FIELD)
        self.run.clear()

    def _prefix(self, start: int) -> str:
        if start and self.text[start - 1] in "rRbBuUfFtT":
            found = _PREFIX.search(self.text, max(0, start - 3), start)
            return found[0] if found else ""
        return ""

    def _string(self, start: int, prefix: str, depth: int, token: re.Match[str]) -> tuple[int, str]:
        """Where the string that opens at `start` ends, and what it holds."""
        if not _FORMATTED.isdisjoint(prefix):
            return self._formatted(start, depth)
        if token.lastindex is None:
            raise _DoubtError
        width = len(_QUOTES[token.lastindex])
        return token.end(), self.text[start + width : token.end() - width]

    def _formatted(self, start: int, depth: int) -> tuple[int, str]:
        text = self.text
        quote = text[start : start + 3] if text.startswith(('"""', "'''"), start) else text[start]
        pieces: list[str] = []
        position = start + len(quote)
        while True:
            literal = _LITERAL[quote].match(text, position)
            assert literal is not None  # it matches nothing, too
            pieces.append(literal[0])
            position = literal.end()
            if text.startswith(quote, position):
                return position + len(quote), "".join(pieces)
            if text.startswith("{", position):
                position = self._field(position + 1, depth + 1)
                pieces.append(FIELD)
            elif text.startswith("}", position):
                position += 1
            else:
                raise _DoubtError

    def _field(self, position: int, depth: int) -> int:
        """Where the replacement field ends that opened before `position`; its code is kept."""
        if depth > _DEEPEST:
            raise _DoubtError
        text, open_brackets, begun = self.text, 0, len(self.fields)
        self.fields.append("\n")
        while position < len(text):
            if plain := _FIELD.match(text, position):
                self.fields.append(plain[0])
                position = plain.end()
                continue
            character = text[position]
            if character in "\"'#":
                token = _TOKEN.match(text, position)
                assert token is not None  # it begins with one of the three
                if character == "#":
                    position = token.end()
                    continue
                position, value = self._string(position, self._prefix(position), depth, token)
                self.strings.append(value)
                self.fields.append('"')
                continue
            if character == "}" and not open_brackets:
                self.fields.append("\n")
                return position + 1
            if character == ":" and not open_brackets:
                return self._specification(position + 1, depth)
            open_brackets += (character in "([{") - (character in ")]}")
            self.fields.append(character)
            position += 1
        del self.fields[begun:]
        raise _DoubtError

    def _specification(self, position: int, depth: int) -> int:
        """Where the field ends whose format specification begins at `position`."""
        text = self.text
        self.fields.append("\n")
        while position < len(text):
            if plain := _SPECIFICATION.match(text, position):
                position = plain.end()
            elif text[position] == "{":
                position = self._field(position + 1, depth + 1)
            elif text[position] == "}":
                return position + 1
            else:
                raise _DoubtError
        raise _DoubtError
