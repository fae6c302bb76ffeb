"""Which form of a page a client gets, by PEP 691."""

import pytest

from prebuilt_index.serving.negotiation import Form, NoForm, choose_form, takes_gzip

JSON = Form(media_type="application/vnd.pypi.simple.v1+json", file="index.json")
V1_HTML = Form(media_type="application/vnd.pypi.simple.v1+html", file="index.html")
HTML = Form(media_type="text/html", file="index.html")
PIP = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (PIP, JSON),
        (BROWSER, HTML),
        (None, HTML),
        ("", HTML),
        ("*/*", HTML),
        ("application/*", V1_HTML),
        ("text/html;charset=utf-8", HTML),
        ("application/vnd.pypi.simple.v1+json", JSON),
        ("APPLICATION/VND.PYPI.SIMPLE.V1+JSON", JSON),
        ("application/vnd.pypi.simple.latest+json", JSON),
        ("application/vnd.pypi.simple.latest+html", V1_HTML),
        ("text/html;q=0.5, application/vnd.pypi.simple.v1+json;q=0.6", JSON),
        ("text/html;q=0.6, application/vnd.pypi.simple.v1+json;q=0.5", HTML),
        ("application/vnd.pypi.simple.v1+json;q=0, text/html", HTML),
        ("text/html;q=junk, application/vnd.pypi.simple.v1+json;q=0.1", JSON),
        ("application/vnd.pypi.simple.v2+json", NoForm.NOT_ACCEPTABLE),
        ("application/json", NoForm.NOT_ACCEPTABLE),
        ("text/html;q=0", NoForm.NOT_ACCEPTABLE),
        ("image/png", NoForm.NOT_ACCEPTABLE),
    ],
)
def test_accept(accept: str | None, expected: Form | NoForm) -> None:
    assert choose_form(accept) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("application/vnd.pypi.simple.v1+json", JSON),
        ("text/html", HTML),
        ("", NoForm.UNKNOWN_FORMAT),
        ("json", NoForm.UNKNOWN_FORMAT),
        ("*/*", NoForm.UNKNOWN_FORMAT),
    ],
)
def test_the_format_of_the_query_goes_first(asked: str, expected: Form | NoForm) -> None:
    assert choose_form("image/png", asked) == expected


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("gzip, deflate", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("*", True),
        ("br;q=1, gzip;q=0.1", True),
        ("gzip;q=0, *", False),
        ("gzip;q=0", False),
        ("*;q=0", False),
        ("br", False),
        ("identity", False),
        ("", False),
        (None, False),
    ],
)
def test_gzip(accept: str | None, expected: bool) -> None:
    assert takes_gzip(accept) is expected
