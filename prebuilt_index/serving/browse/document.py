"""A whole HTML page around what it is about, and the policy that lets its own style and script run. Pure."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markupsafe import Markup

_FRAME = Markup("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
{body}
<footer>{foot}</footer>
{script}</body>
</html>
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A page, and the Content-Security-Policy it is sent with."""

    content: bytes
    policy: str


def document(title: str, body: Markup, foot: Markup, *, filters: bool) -> Document:
    """The page; with `filters` its script narrows the rows while a person types."""
    style, script = _asset("page.css"), _asset("search.js") if filters else ""
    element = Markup("<script>{}</script>\n").format(Markup(script)) if filters else Markup("")
    page = _FRAME.format(title=title, style=Markup(style), body=body, foot=foot, script=element)
    scripts = f"'{_digest(script)}'" if filters else "'none'"
    rules = (
        "default-src 'none'",
        f"style-src '{_digest(style)}'",
        f"script-src {scripts}",
        "img-src data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
    return Document(content=page.encode(), policy="; ".join(rules))


@cache
def _asset(name: str) -> str:
    """A file beside this module. Neither has an end tag of its element in it."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


@cache
def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
