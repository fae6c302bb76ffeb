"""How text that users and files wrote is shown in messages, and how an error is told with its place."""

import re

from builder.model import Origin
from manylinux.errors import LbuildError

# Up to the last `@` of the host part; with a raw `/` in a password (no URL, but written), up to the last one.
_CREDENTIALS = re.compile(r"://(?:[^\s/?#]*|[^\s/:@]+:(?!\d+(?:[/?#]|$))\S*)@")
_SEARCHED_LENGTH = 4096
"""Characters searched for credentials; of a longer text only the length is told."""
_SHOWN_LENGTH = 200
"""Characters of foreign text in a message."""


def shown(text: str) -> str:
    """`text` fit for a message: credentials in URLs hidden, no control characters, not too long."""
    if len(text) > _SEARCHED_LENGTH:
        return f"({len(text)} characters)"
    text = _CREDENTIALS.sub("://****@", text)
    text = text if len(text) <= _SHOWN_LENGTH else text[:_SHOWN_LENGTH] + " ..."
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def placed(error: LbuildError, origin: Origin, written: str = "") -> LbuildError:
    """The same error, told with where it stands and what stands there."""
    line = shown(written)
    evidence = (line, *error.evidence) if line not in error.summary else error.evidence
    return type(error)(f"{origin}: {error.summary}", evidence=evidence, hint=error.hint)
