"""The text of a library's recipe becomes a value, or an error that tells all that is wrong with it."""

from __future__ import annotations

import re

from prebuilt_index.recipes.document import check_schema, digest_of, document, named, raise_faults
from prebuilt_index.recipes.fields import Fields
from prebuilt_index.recipes.values import Library, Source

_LIBRARY = ("schema", "library", "version", "licence", "needs", "programs", "source", "commands")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def read_library(text: str, file: str) -> Library:
    """A library; whether there are those that it needs is the catalogue's to see. Raises
    InvalidRecipeError."""
    fields = Fields(table=document(text, file))
    fields.only(_LIBRARY)
    check_schema(fields)
    commands = fields.texts("commands")
    if not commands:
        fields.wrong("commands", "names none")
    library = Library(
        name=named(fields, "library"),
        version=fields.text("version", needed=True),
        licence=fields.text("licence", needed=True),
        source=_source(fields.inner("source", needed=True)),
        commands=commands,
        needs=fields.texts("needs"),
        programs=fields.texts("programs"),
        digest=digest_of(fields.table),
    )
    raise_faults(fields, file)
    return library


def _source(fields: Fields) -> Source:
    fields.only(("file", "sha256", "debian", "urls"))
    file, sha256 = named(fields, "file"), fields.text("sha256", needed=True)
    if sha256 and not _SHA256.fullmatch(sha256):
        fields.wrong("sha256", "is no sha256 in hex")
    debian, urls = fields.text("debian"), fields.texts("urls")
    for url in urls:
        if not url.startswith("https://"):
            fields.wrong("urls", f"has `{url}`, which is no https URL")
    if not debian and not urls:
        fields.wrong("debian", "is missing, and so are `urls`: nobody has the sources")
    return Source(file=file, sha256=sha256, debian=debian or None, urls=urls)
