"""The same small server on each library that could carry `lbuild index serve`.

    python benchmarks/serving/candidates.py NAME INDEX PORT

Each answers `/simple/PROJECT/` from memory and `/files/PROJECT/NAME` from the disk, as its library does that
best. `python -m benchmarks.serving --candidates` runs them all.
"""

import os
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

HTML = "text/html"
WHEEL = "application/octet-stream"
CONNECTIONS = 1024


@cache
def page(index: Path, project: str) -> bytes:
    return (index / "simple" / project / "index.html").read_bytes()


def by_stdlib(index: Path, port: int) -> None:
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65536

        def do_GET(self) -> None:
            _, kind, project, name = self.path.split("/")
            if kind == "simple":
                content = page(index, project)
                self._begin(HTML, len(content))
                self.wfile.write(content)
                return
            with open(index / "files" / project / name, "rb") as file:
                self._begin(WHEEL, os.fstat(file.fileno()).st_size)
                self.wfile.flush()
                self.connection.sendfile(file)

        def _begin(self, kind: str, size: int) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", f"{size}")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is logged."""

    class Server(ThreadingHTTPServer):
        request_queue_size = CONNECTIONS
        daemon_threads = True

    Server(("127.0.0.1", port), Handler).serve_forever()


def _wsgi(index: Path) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        _, kind, project, name = environ["PATH_INFO"].split("/")
        if kind == "simple":
            content = page(index, project)
            start("200 OK", [("Content-Type", HTML), ("Content-Length", f"{len(content)}")])
            return [content]
        file = open(index / "files" / project / name, "rb")  # noqa: SIM115  # the server closes it
        size = os.fstat(file.fileno()).st_size
        start("200 OK", [("Content-Type", WHEEL), ("Content-Length", f"{size}")])
        wrapper = environ.get("wsgi.file_wrapper")
        return wrapper(file, 65536) if wrapper else iter(lambda: file.read(65536), b"")

    return application


def by_waitress(index: Path, port: int) -> None:
    from waitress import serve

    options = {"connection_limit": CONNECTIONS, "threads": 8, "asyncore_use_poll": True, "_quiet": True}
    serve(_wsgi(index), host="127.0.0.1", port=port, **options)


def by_cheroot(index: Path, port: int) -> None:
    from cheroot.wsgi import Server

    Server(("127.0.0.1", port), _wsgi(index), numthreads=16, request_queue_size=CONNECTIONS).start()


def by_uvicorn(index: Path, port: int) -> None:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.responses import FileResponse, Response
    from starlette.routing import Route

    async def simple(request: Any) -> Response:
        return Response(page(index, request.path_params["project"]), media_type=HTML)

    async def file(request: Any) -> Response:
        return FileResponse(index / "files" / request.path_params["project"] / request.path_params["name"])

    routes = [Route("/simple/{project}/", simple), Route("/files/{project}/{name}", file)]
    uvicorn.run(Starlette(routes=routes), port=port, log_level="error", http="h11", loop="asyncio")


def by_aiohttp(index: Path, port: int) -> None:
    from aiohttp import web

    async def simple(request: Any) -> web.Response:
        return web.Response(body=page(index, request.match_info["project"]), content_type=HTML)

    async def file(request: Any) -> web.FileResponse:
        named = request.match_info
        return web.FileResponse(index / "files" / named["project"] / named["name"])

    application = web.Application()
    application.router.add_get("/simple/{project}/", simple)
    application.router.add_get("/files/{project}/{name}", file)
    web.run_app(application, host="127.0.0.1", port=port, access_log=None, print=None, backlog=CONNECTIONS)


async def granian_application(scope: Any, protocol: Any) -> None:
    index = Path(os.environ["CANDIDATE_INDEX"])
    _, kind, project, name = scope.path.split("/")
    if kind == "simple":
        protocol.response_bytes(200, [("content-type", HTML)], page(index, project))
    else:
        protocol.response_file(200, [("content-type", WHEEL)], str(index / "files" / project / name))


def by_granian(index: Path, port: int) -> None:
    from granian import Granian

    os.environ["CANDIDATE_INDEX"] = str(index)
    os.environ["PYTHONPATH"] = str(Path(__file__).parent)
    Granian("candidates:granian_application", port=port, interface="rsgi", workers=1).serve()


BY_NAME = {
    "http.server": by_stdlib,
    "waitress": by_waitress,
    "cheroot": by_cheroot,
    "uvicorn": by_uvicorn,
    "aiohttp": by_aiohttp,
    "granian": by_granian,
}

if __name__ == "__main__":
    BY_NAME[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
