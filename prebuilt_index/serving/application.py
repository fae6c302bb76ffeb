"""From a request to an answer; as WSGI (PEP 3333), so that any server of it can carry an index."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from prebuilt_index.serving.answers import IMMUTABLE, REVALIDATED, Answer, FileAnswer, Headers, refusal
from prebuilt_index.serving.browse.person import PersonsPages
from prebuilt_index.serving.conditions import Part, Verdict, judge
from prebuilt_index.serving.folder import IndexFolder
from prebuilt_index.serving.negotiation import FORMS, Form, NoForm, choose_form, takes_gzip
from prebuilt_index.serving.pages import Page, PageCache, gzipped
from prebuilt_index.serving.routes import (
    FrontPage,
    IndexedFile,
    Moved,
    Nothing,
    PersonsPage,
    SimplePage,
    page_kind,
    route,
)
from prebuilt_index.serving.sending import Request, send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path
    from wsgiref.types import StartResponse

_METHODS: Final = ("GET", "HEAD")
_NOT_SCRIPTED: Final = ("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'")
_QUERY_LIMIT: Final = 20
"""Fields of a query. Two have a meaning."""


class IndexApplication:
    """A WSGI application that hands out the index in a folder, as it is at each request.

    `told` gets a line for each request that was answered, `faults` one for each that the disk did not let
    be answered.
    """

    def __init__(
        self, root: Path, *, told: Callable[[str], None] | None = None, faults: Callable[[str], None]
    ) -> None:
        self._folder = IndexFolder(root.resolve())
        self._pages = PageCache(self._folder)
        self._persons = PersonsPages(self._folder)
        self._told = told
        self._faults = faults

    def __call__(self, environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        started = time.perf_counter()
        request = Request(environ=environ)
        answer = self._answer(request)
        if self._told is not None:
            self._told(request.line(answer, time.perf_counter() - started))
        return send(answer, request, start_response)

    def _answer(self, request: Request) -> Answer | FileAnswer:
        if request.method not in _METHODS:
            allowed = ("Allow", ", ".join(_METHODS))
            return refusal(HTTPStatus.METHOD_NOT_ALLOWED, "An index is only read", allowed)
        path = request.path
        if path is None:
            return refusal(HTTPStatus.BAD_REQUEST, "The path is not UTF-8")
        try:
            return self._reply(route(path), request)
        except OSError as error:
            self._faults(f"{path!r}: {error.strerror or error}")
            return refusal(
                HTTPStatus.SERVICE_UNAVAILABLE, "The index cannot be read just now", ("Retry-After", "5")
            )

    def _reply(self, asked: object, request: Request) -> Answer | FileAnswer:
        match asked:
            case SimplePage():
                return self._simple(asked, request)
            case IndexedFile():
                return self._file(asked, request)
            case FrontPage():
                return self._person(request, None)
            case PersonsPage(project=project):
                return self._person(request, project)
            case Moved(path=path):
                query = request.query_string
                place = f"{path}?{query}" if query else path
                return refusal(HTTPStatus.MOVED_PERMANENTLY, f"It is at {path}", ("Location", place))
            case Nothing.MALFORMED:
                return refusal(HTTPStatus.BAD_REQUEST, "The path has characters that no path has")
        return _not_found()

    # -- the simple repository API -------------------------------------------------------------------------

    def _simple(self, asked: SimplePage, request: Request) -> Answer:
        if asked.name is not None:
            form: Form | NoForm = Form(media_type=page_kind(asked.name), file=asked.name)
        else:
            form = choose_form(request.header("ACCEPT"), _field(request, "format"))
        known = f"It is here as {', '.join(FORMS)}"
        if form is NoForm.UNKNOWN_FORMAT:
            return refusal(HTTPStatus.BAD_REQUEST, f"There is no such format. {known}")
        if not isinstance(form, Form):
            return refusal(HTTPStatus.NOT_ACCEPTABLE, known, ("Vary", "Accept"))
        page = self._pages.read(asked.path(form.file), compressed=_gzip(request))
        if page is None:
            return _not_found()
        headers = [("Content-Type", form.media_type), ("Vary", "Accept, Accept-Encoding"), _NOT_SCRIPTED]
        return _page(page, headers, request)

    # -- files ---------------------------------------------------------------------------------------------

    def _file(self, asked: IndexedFile, request: Request) -> Answer | FileAnswer:
        opened = self._folder.open(asked.path)
        if opened is None:
            return _not_found()
        verdict = judge(request.environ, opened.validators, opened.size)
        headers = [
            ("Content-Type", asked.kind.value),
            *opened.validators.headers,
            IMMUTABLE if asked.kind.is_immutable else REVALIDATED,
            ("Accept-Ranges", "bytes"),
        ]
        if isinstance(verdict, Part):
            last = verdict.offset + verdict.length - 1
            headers.append(("Content-Range", f"bytes {verdict.offset}-{last}/{opened.size}"))
            return FileAnswer(status=HTTPStatus.PARTIAL_CONTENT, headers=headers, file=opened, part=verdict)
        if verdict is Verdict.WHOLE:
            whole = Part(offset=0, length=opened.size)
            return FileAnswer(status=HTTPStatus.OK, headers=headers, file=opened, part=whole)
        opened.stream.close()
        if verdict is Verdict.UNSATISFIABLE:
            size = ("Content-Range", f"bytes */{opened.size}")
            return refusal(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "The file has no such part", size)
        return _without_body(verdict, headers)

    # -- people --------------------------------------------------------------------------------------------

    def _person(self, request: Request, project: str | None) -> Answer:
        page = self._persons.page(
            project,
            question=_field(request, "q") or "",
            number=_field(request, "page") or "1",
            host=request.header("HOST"),
        )
        if page is None:
            return _not_found()
        shown = gzipped(page.page) if _gzip(request) else page.page
        headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Vary", "Host, Accept-Encoding"),
            ("Content-Security-Policy", page.policy),
            ("Referrer-Policy", "no-referrer"),
        ]
        return _page(shown, headers, request)


def _page(page: Page, headers: Headers, request: Request) -> Answer:
    shown = [*headers, *page.validators.headers, REVALIDATED]
    if page.is_gzipped:
        shown.append(("Content-Encoding", "gzip"))
    verdict = judge(request.environ, page.validators, None)
    if verdict is Verdict.WHOLE:
        return Answer(status=HTTPStatus.OK, headers=shown, body=page.content)
    assert isinstance(verdict, Verdict)
    return _without_body(verdict, shown)


def _without_body(verdict: Verdict, headers: Headers) -> Answer:
    """304 with the headers that caches refresh; 412 in words."""
    if verdict is Verdict.PRECONDITION_FAILED:
        return refusal(HTTPStatus.PRECONDITION_FAILED, "It is not what the request says it is")
    kept = [each for each in headers if each[0] not in ("Content-Type", "Content-Encoding", "Last-Modified")]
    return Answer(status=HTTPStatus.NOT_MODIFIED, headers=kept)


def _not_found() -> Answer:
    return refusal(HTTPStatus.NOT_FOUND, "There is nothing here. The list of projects is at /simple/")


def _gzip(request: Request) -> bool:
    return takes_gzip(request.header("ACCEPT_ENCODING"))


def _field(request: Request, name: str) -> str | None:
    """The last value of a query's field."""
    try:
        fields = parse_qsl(request.query_string, keep_blank_values=True, max_num_fields=_QUERY_LIMIT)
    except ValueError:
        return None
    return dict(fields).get(name)
