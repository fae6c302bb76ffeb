"""Encodings that strangers name."""

import codecs

_OF_HOSTS = frozenset({"punycode", "idna"})
"""Names of hosts are short, and these take quadratic time: minutes for a megabyte."""


def decoded(content: bytes, encoding: str, errors: str = "strict") -> str:
    """The text. Raises LookupError for what is no encoding of texts, and UnicodeError."""
    if codecs.lookup(encoding).name in _OF_HOSTS:
        raise LookupError(f"{encoding} is no encoding of texts")
    return content.decode(encoding, errors)
