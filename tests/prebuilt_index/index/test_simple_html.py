"""PEP 503 pages: what is read, what is left out, what is refused."""

import pytest

from factories.patience import no_hang
from prebuilt_index.artefacts import ProjectStatus
from prebuilt_index.errors import HostileNameError, NotAnIndexError
from prebuilt_index.simple.entries import NO_HASH, NO_URL
from prebuilt_index.simple.html_page import HtmlPage, charset_of, read_html
from prebuilt_index.simple.project_list import names_from_html

PAGE_URL = "https://index.test/simple/demo/"
SHA = "0123456789abcdef" * 4


def read(body: str, page_url: str = PAGE_URL) -> HtmlPage:
    """`body` within a page."""
    return read_html(f"<!DOCTYPE html><html><body>{body}</body></html>".encode(), page_url=page_url)


def test_reads_everything_an_anchor_can_say() -> None:
    """Every attribute of PEP 503, 592 and 658 has its place, entities decoded."""
    page = read(
        f'<a href="../../f/demo-1.0.tar.gz#sha256={SHA}" data-requires-python="&gt;=3.9,&lt;4"'
        f' data-yanked="so &amp; so" data-core-metadata="sha256={SHA}">demo-1.0.tar.gz</a>'
    )
    (file,) = page.files

    assert file.filename == "demo-1.0.tar.gz"
    assert file.url == "https://index.test/f/demo-1.0.tar.gz"
    assert file.hashes == {"sha256": SHA}
    assert file.requires_python == ">=3.9,<4"
    assert file.yanked == "so & so"
    assert file.metadata_hashes == {"sha256": SHA}
    assert file.size is None


@pytest.mark.parametrize(
    ("attributes", "yanked", "metadata"),
    [
        ("", None, None),
        ("data-yanked", "", None),
        ('data-yanked=""', "", None),
        ('data-core-metadata="true"', None, {}),
        ('data-core-metadata="false"', None, None),
        ("data-core-metadata", None, None),
        (f'data-dist-info-metadata="sha256={SHA}"', None, {"sha256": SHA}),
        (f'data-dist-info-metadata="sha256={SHA}" data-core-metadata="true"', None, {}),
        ('data-core-metadata="sha256=00"', None, None),
    ],
)
def test_attributes_follow_their_peps(attributes: str, yanked: str | None, metadata: object) -> None:
    """Presence, emptiness and precedence each mean something."""
    (file,) = read(f'<a href="demo-1.0.tar.gz" {attributes}>x</a>').files

    assert file.yanked == yanked
    assert file.metadata_hashes == metadata


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("demo-1.0.tar.gz", "https://index.test/simple/demo/demo-1.0.tar.gz"),
        ("/demo-1.0.tar.gz", "https://index.test/demo-1.0.tar.gz"),
        ("//f.test/demo-1.0.tar.gz", "https://f.test/demo-1.0.tar.gz"),
        ("http://f.test/demo-1.0.tar.gz", "http://f.test/demo-1.0.tar.gz"),
        ("https://u:p@f.test/demo-1.0.tar.gz", "https://f.test/demo-1.0.tar.gz"),
        (" demo-1.0.tar.gz\n", "https://index.test/simple/demo/demo-1.0.tar.gz"),
    ],
)
def test_urls_are_absolute_and_hold_no_credentials(href: str, expected: str) -> None:
    """Relative to the page, as a browser would have it."""
    (file,) = read(f'<a href="{href}">x</a>').files

    assert file.url == expected


def test_the_first_base_counts() -> None:
    """`<base href>` moves relative URLs; a later one does not, and never to a local file."""
    moved = read('<base href="https://b.test/d/"><base href="https://c.test/"><a href="demo-1.0.zip">x</a>')
    local = read('<base href="file:///etc/"><a href="demo-1.0.zip">x</a>')

    assert moved.files[0].url == "https://b.test/d/demo-1.0.zip"
    assert local.files[0].url == "https://index.test/simple/demo/demo-1.0.zip"


@pytest.mark.parametrize(
    "anchor",
    [
        '<a href="../">Parent</a>',
        '<a href="?C=N;O=D">Name</a>',
        '<a href="/login">Log in</a>',
        "<a>demo-1.0.tar.gz</a>",
        '<a href="">demo-1.0.tar.gz</a>',
        '<a name="demo-1.0.tar.gz">x</a>',
        '<a href="demo-1.0.tar.gz.asc">x</a>',
        '<a href="demo-1.0-py3-none-any.whl.metadata">x</a>',
        '<a href="mailto:x@y.test">x</a>',
        '<a href="ftp://f.test/..%2fdemo-1.0.tar.gz">x</a>',
        '<!-- <a href="demo-1.0.tar.gz">x</a> -->',
        '<link href="demo-1.0.tar.gz">',
        "<script>'<a href=\"demo-1.0.tar.gz\">x</a>'</script>",
    ],
)
def test_what_is_no_file_is_left_out(anchor: str) -> None:
    """Pages made by web servers hold much besides files."""
    page = read(f'{anchor}<a href="demo-2.0.tar.gz">x</a>')

    assert list(page.filenames) == ["demo-2.0.tar.gz"]


@pytest.mark.parametrize(
    ("href", "reason"),
    [
        ("file:///tmp/demo-1.0.tar.gz", NO_URL),
        ("ftp://f.test/demo-1.0.tar.gz", NO_URL),
        ("http://[::1/demo-1.0.tar.gz?x=1", NO_URL),
        ("demo-1.0.tar.gz#sha256=00", NO_HASH),
        ("demo-1.0.tar.gz#" + "a=b&amp;" * 30 + f"sha256={SHA}", NO_HASH),
    ],
)
def test_a_file_that_cannot_be_had_says_why(href: str, reason: str) -> None:
    """It stays among the page's files, so that a resolver can tell of it, and has no URL."""
    page = read(f'<a href="{href}">x</a><a href="demo-2.0.tar.gz">x</a>')
    broken, sound = page.files

    assert (broken.filename, broken.url, broken.unusable) == ("demo-1.0.tar.gz", "", reason)
    assert (sound.filename, sound.unusable) == ("demo-2.0.tar.gz", None)


def test_a_local_page_may_list_local_files() -> None:
    """`file:` is for pages that are files themselves."""
    page = read('<a href="demo-1.0.tar.gz">x</a>', "file:///srv/simple/demo/index.html")

    assert page.files[0].url == "file:///srv/simple/demo/demo-1.0.tar.gz"


@pytest.mark.parametrize(
    "name", ["..%2fdemo-1.0.tar.gz", "..%5cdemo-1.0.whl", "a%00.whl", "C%3ademo-1.0.zip"]
)
def test_a_hostile_name_condemns_the_page(name: str) -> None:
    """A percent sign hides a separator until the name is decoded."""
    with pytest.raises(HostileNameError):
        read(f'<a href="{name}">demo-1.0.tar.gz</a>')


def test_a_name_is_decoded_once() -> None:
    """Decoding twice made a slash of `%252f` in pip (CVE-2026-13346)."""
    page = read('<a href="..%252fdemo-1.0.tar.gz">x</a>')

    assert list(page.filenames) == ["..%2fdemo-1.0.tar.gz"]


@pytest.mark.parametrize("version", ["2.0", "", "one", "1"])
def test_another_version_of_the_api_is_refused(version: str) -> None:
    """PEP 629: clients must fail on a major version they do not know."""
    with pytest.raises(NotAnIndexError):
        read(f'<meta name="pypi:repository-version" content="{version}">')


def test_reads_version_and_status() -> None:
    """PEP 629 and 792 in their HTML form; the version shows that an empty page is an index's."""
    page = read(
        '<meta name="pypi:repository-version" content="1.4">'
        '<meta name="pypi:project-status" content="archived">'
        '<meta name="pypi:project-status-reason" content="moved">'
    )

    assert page.declares_api
    assert (page.status, page.status_reason) == (ProjectStatus.ARCHIVED, "moved")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 100,
        bytes(range(256)) * 4,
        b"<" * 100_000,
        b"<a " * 20_000,
        b"<!--" * 15_000,
        b"<!" * 30_000,
        b"</" * 30_000,
        b"<![CDATA[" * 7_000,
        b"&#" * 30_000,
        b"<a href='" + b"x" * 60_000,
        b"<a href=" + b"'\"" * 30_000,
    ],
)
def test_rubbish_is_a_page_without_files_and_costs_little(content: bytes) -> None:
    """Unfinished constructs made the standard parser quadratic; none is read twice here."""
    with no_hang():
        page = read_html(content, page_url=PAGE_URL)

    assert list(page.files) == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<a>" * 3_000_000, "75,000 links"),
        (b"<a " + b"b " * 3_000_000 + b">", "65,536 characters in one tag"),
        ((b"<a " + b"b " * 20_000 + b">") * 100, "375,000 attributes"),
        (b"<b>" * 1_000_000, "450,000 tags"),
        (b"&lt;" * 1_000_000, "450,000 tags"),
        (b'<a href="%41%41%41%41%41%41.whl">' * 70_000, "450,000 tags"),
        (b"<!--" + b"x" * 200_000 + b"-->", "characters in one tag"),
        (b'<base href="/' + b"y" * 2_000 + b'/">' + b'<a href="x.whl">' * 70_000, "base URL"),
        (b"<" * 30_000_000, "30,000,000 bytes"),
    ],
    ids=[
        "links",
        "a tag",
        "attributes",
        "tags",
        "entities",
        "escapes",
        "a comment",
        "base",
        "size",
    ],
)
def test_more_than_any_index_has_is_refused_soon(content: bytes, told: str) -> None:
    """Nine megabytes of anchors took 11 s, and six of attributes 1.5 GB, before anything was bounded."""
    with pytest.raises(NotAnIndexError, match=told), no_hang():
        read_html(content, page_url=PAGE_URL)


def test_a_page_larger_than_any_is_read() -> None:
    """PyPI's largest page lists some 25,000 files; this one has twice as many, cut into pieces anywhere."""
    said = f'#sha256={SHA}" data-requires-python="&gt;=3.9,&lt;4"'
    page = read("".join(f'<a href="/f/demo-{number}.tar.gz{said}>x</a><br/>\n' for number in range(50_000)))

    assert page.filenames == [f"demo-{number}.tar.gz" for number in range(50_000)]
    assert {file.requires_python for file in page.files[::1000]} == {">=3.9,<4"}


@pytest.mark.parametrize("content", [b"<![<![", b"&#" + b"9" * 5_000 + b";<p>"])
def test_a_page_the_parser_cannot_take_is_refused(content: bytes) -> None:
    """The standard parser fails on it; nobody sees how."""
    with pytest.raises(NotAnIndexError, match="cannot be read"):
        read_html(content, page_url=PAGE_URL)


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("text/html", "utf-8"),
        ("text/html; charset=latin-1", "latin-1"),
        ('text/html; x=y; Charset="utf-8"', "utf-8"),
        ("text/html; charset=", "utf-8"),
    ],
)
def test_reads_the_charset(content_type: str, charset: str) -> None:
    """Quoted or not."""
    assert charset_of(content_type) == charset


@pytest.mark.parametrize("charset", ["klingon", "hex", "idna", "undefined", "\0"])
def test_an_unusable_charset_is_read_as_utf_8(charset: str) -> None:
    """File names are ASCII in all of them; Python has codecs that are none of text."""
    page = read_html(b'<a href="demo-1.0.zip">x</a>', page_url=PAGE_URL, charset=charset)

    assert list(page.filenames) == ["demo-1.0.zip"]
    assert names_from_html(b'<a href="x/">x</a>', page_url=PAGE_URL, charset=charset) == {"x"}


@pytest.mark.parametrize("charset", ["punycode", "Puny_Code", "idna"])
def test_a_charset_takes_no_quadratic_time(charset: str) -> None:
    """Two minutes, if it did."""
    content = b'<a href="x/">x</a>-' + b"a" * 1_500_000
    with no_hang():
        read_html(content, page_url=PAGE_URL, charset=charset)
        names_from_html(content, page_url=PAGE_URL, charset=charset)
