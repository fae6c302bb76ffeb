"""The pages for people: what is on them, that nothing gets into them, and how a browser shows them."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from factories.browser import Browser
from factories.served import ARM_311, Prebuilt
from factories.serving import Serving, serving
from prebuilt_index.serving.browse.search import PAGE_ROWS
from prebuilt_index.tree.entry import Provenance

RECIPE = Provenance(
    builder="lbuild 0.9",
    backend="zig",
    recipe="fast-thing",
    source="fast_thing-1.0.tar.gz",
    toolchain={"zig": "0.17.1"},
)
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def index(tmp_path: Path) -> Prebuilt:
    index = Prebuilt(tmp_path / "index")
    index.add("fast-thing", "1.0", provenance=RECIPE)
    index.add("fast-thing", "1.0", tag=ARM_311, provenance=RECIPE)
    index.add("fast-thing", "0.9", yanked="it was slow")
    index.add("fast-thing", "2.0rc1")
    index.add("pure-thing", "3.1", tag="py3-none-any", requires_python=">=3.12")
    return index


@pytest.fixture
def server(index: Prebuilt) -> Iterator[Serving]:
    with serving(index.root) as server:
        yield server


def text(page: bytes) -> str:
    """What a person reads of it."""
    visible = re.sub(r"<(style|script)>.*?</\1>", "", page.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", visible)).split())


def rows(page: bytes) -> list[str]:
    return re.findall(r'href="/project/([^/]+)/"', page.decode())


def test_the_front_page_tells_of_every_project(server: Serving) -> None:
    shown = text(server.get("/").body)
    assert "2 projects, 5 wheels" in shown
    assert "fast-thing 1.0 python3.11 on arm64 python3.13 on x86_64 not known recipe fast-thing 4" in shown
    assert (
        "pure-thing 3.1 python3.12, python3.13, python3.14, python3.15 on x86_64 and arm64 not known 1"
        in shown
    )


def test_the_lines_that_install_from_it_name_it_as_its_reader_does(server: Serving) -> None:
    shown = text(server.get("/", Host="wheels.example:8080").body)
    assert (
        "lbuild requirements.txt -o bundle.zip --prebuilt-index http://wheels.example:8080/simple/" in shown
    )
    assert "uv pip install --index http://wheels.example:8080/simple/ -r requirements.txt" in shown
    assert "--trusted-host wheels.example:8080" in shown
    assert "--trusted-host" not in text(server.get("/").body)


@pytest.mark.parametrize("host", [HOSTILE, "a b", "", "x" * 300, "[::1]:x", "evil.example/path"])
def test_a_host_that_is_none_is_not_repeated(server: Serving, host: str) -> None:
    reply = server.get("/", Host=host)
    assert reply.status in (200, 400)
    assert host == "" or host.encode() not in reply.body
    assert reply.status == 400 or b"http://HOST:PORT/simple/" in reply.body


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("fast", ["fast-thing"]),
        ("THING", ["fast-thing", "pure-thing"]),
        ("thing arm64 python3.11", ["fast-thing"]),
        ("3.1", ["fast-thing", "pure-thing"]),
        ("pure 3.1", ["pure-thing"]),
        ("zlib", []),
        ("", ["fast-thing", "pure-thing"]),
        (HOSTILE, []),
    ],
)
def test_search_on_the_server(server: Serving, question: str, found: list[str]) -> None:
    from urllib.parse import quote

    page = server.get(f"/?q={quote(question)}").body
    assert rows(page) == found
    assert HOSTILE.encode() not in page


def test_a_projects_page_tells_of_each_wheel(server: Serving, index: Prebuilt) -> None:
    shown = text(server.get("/project/fast-thing/").body)
    assert re.findall("<h2>(.*?)</h2>", server.get("/project/fast-thing/").body.decode()) == [
        "2.0rc1",
        "1.0",
        "0.9",
    ]
    assert "recipe fast-thing lbuild 0.9, zig from fast_thing-1.0.tar.gz" in shown
    assert "yanked: it was slow" in shown
    assert "not known" in shown
    for link in re.findall(r'href="(/files/[^"]+)"', server.get("/project/fast-thing/").body.decode()):
        assert server.get(link).status == 200
    assert server.get("/project/nobody/").status == 404


def test_an_entry_that_cannot_be_read_hides_nothing_else(server: Serving, index: Prebuilt) -> None:
    broken = index.add("broken", "1.0")
    (index.root / f"files/broken/{broken}.entry.json").write_text("{")
    assert rows(server.get("/").body) == ["broken", "fast-thing", "pure-thing"]
    assert f"The entry of {broken} cannot be read" in text(server.get("/project/broken/").body)


def test_what_entries_say_cannot_become_markup(server: Serving, index: Prebuilt) -> None:
    said = Provenance(builder=HOSTILE, recipe=HOSTILE, notes=(HOSTILE,), toolchain={HOSTILE: HOSTILE})
    index.add("evil", "1.0", yanked=HOSTILE, provenance=said)
    for path in ("/", "/project/evil/"):
        page = server.get(path).body
        assert HOSTILE.encode() not in page
        assert html.escape(HOSTILE).replace("&quot;", "&#34;").encode() in page


def test_an_index_of_nothing(tmp_path: Path) -> None:
    with serving(Prebuilt(tmp_path / "empty").root) as server:
        assert "The index is empty" in text(server.get("/").body)


def test_many_projects_are_shown_in_pages(index: Prebuilt, server: Serving) -> None:
    for number in range(PAGE_ROWS):
        folder = index.root / f"files/p{number:03}"
        folder.mkdir()
        (folder / f"p{number:03}-1.0-py3-none-any.whl.entry.json").write_text("{")
    first, second = server.get("/").body, server.get("/?page=2").body
    assert len(rows(first)) == PAGE_ROWS
    assert rows(second) == ["p198", "p199", "pure-thing"][-len(rows(second)) :]
    assert b'href="/?page=2"' in first
    assert b"<script>" not in first  # it would filter only what is on the page
    for wrong in ("0", "-1", "x", "999", "9" * 5000):
        assert server.get(f"/?page={wrong}").status == 200


def test_nothing_may_run_but_the_pages_own_script(server: Serving) -> None:
    reply = server.get("/")
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(rb"(?:src|href)=[\"']?(?:https?:)?//", reply.body)
    assert server.get("/project/fast-thing/").headers["content-security-policy"].count("sha256-") == 1


# -- in a browser ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser.open() as browser:
        yield browser


SHOWN = """[...document.querySelectorAll('tr[data-search]')]
  .filter((each) => each.offsetParent).map((each) => each.querySelector('a').textContent)"""
WIDER = "document.documentElement.scrollWidth > window.innerWidth"


def test_typing_filters_the_rows(server: Serving, browser: Browser) -> None:
    page = browser.page(f"{server.url}/", width=1280, height=900)
    assert page.evaluate(SHOWN) == ["fast-thing", "pure-thing"]
    page.evaluate("document.getElementById('q').focus()")
    page.type("pure")
    assert page.evaluate(SHOWN) == ["pure-thing"]
    assert page.evaluate("document.getElementById('count').textContent") == "1 of 2 shown"
    assert page.complaints == []


def test_without_a_script_the_form_asks_the_server(server: Serving, browser: Browser) -> None:
    page = browser.page(f"{server.url}/?q=pure", width=1280, height=900, script=False)
    assert page.evaluate("document.querySelectorAll('tr[data-search]').length") == 1
    assert page.evaluate("document.querySelector('form').method") == "get"
    assert page.complaints == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", ["/", "/project/fast-thing/"])
def test_pages_fit_and_can_be_read(
    server: Serving, browser: Browser, tmp_path: Path, path: str, width: int, dark: bool
) -> None:
    page = browser.page(f"{server.url}{path}", width=width, height=844, dark=dark)
    assert not page.evaluate(WIDER)
    for selector in ("body", ".soft", "a", ".mark", "th", "pre"):
        ratio = page.evaluate(_CONTRAST % selector)
        assert ratio is None or ratio >= 4.5, (selector, ratio)
    page.screenshot(tmp_path / "page.png")
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")
    assert page.complaints == []


_CONTRAST = """(() => {
  const element = document.querySelector('%s');
  if (!element) return null;
  const light = (color) => {
    const parts = color.match(/[0-9.]+/g).slice(0, 3).map((each) => each / 255)
      .map((each) => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const clear = (each) => getComputedStyle(each).backgroundColor === 'rgba(0, 0, 0, 0)';
  let behind = element;
  while (behind !== document.body && clear(behind)) behind = behind.parentElement;
  const text = light(getComputedStyle(element).color);
  const back = light(getComputedStyle(behind).backgroundColor);
  return (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
})()"""
"""WCAG 2's contrast of an element's text with what is behind it; null when there is no such element."""


def test_a_page_has_landmarks_labels_and_one_heading(server: Serving, browser: Browser) -> None:
    for path in ("/", "/project/fast-thing/"):
        page = browser.page(f"{server.url}{path}", width=1280, height=900)
        assert page.evaluate("document.documentElement.lang") == "en"
        assert page.evaluate("document.querySelectorAll('h1').length") == 1
        assert page.evaluate("document.querySelectorAll('main').length") == 1
        assert page.evaluate("[...document.querySelectorAll('input')].every(e => e.labels.length)")
        assert page.evaluate("[...document.querySelectorAll('th')].every(e => e.scope)")
