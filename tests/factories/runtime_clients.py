"""A package called `awslambdaric` that does what bundles are tried with: the protocol, and few of its words.

The real one is compiled and comes from a package index; the tests that are marked `registry` use it.
"""

import sys
from pathlib import Path

from factories.wheels import make_wheel, wheel_filename
from manylinux.runtimes import find_runtime
from servers.index_server import IndexServer

RUNTIME = f"python{sys.version_info[0]}.{sys.version_info[1]}"
"""The runtime of the Python that runs the tests: one that is here for certain."""

_CLIENT = b"""
import http.client, importlib, json, os, sys, traceback


class Context:
    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.deadline = int(headers["Lambda-Runtime-Deadline-Ms"])


def call(method, path, body=None, chunked=False):
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    body = iter([body[:3], body[3:]]) if chunked else body
    connection.request(method, "/2018-06-01/runtime/" + path, body, encode_chunked=chunked,
                       headers={"Transfer-Encoding": "chunked"} if chunked else {})
    answer = connection.getresponse()
    return answer, answer.read()


def error(kind, message, trace):
    told = {"errorMessage": message, "errorType": kind, "requestId": "", "stackTrace": trace}
    return json.dumps(told).encode()


def main(words):
    sys.stdout.reconfigure(line_buffering=True)
    module, _, name = words[1].rpartition(".")
    try:
        handler = getattr(importlib.import_module(module), name)
    except ImportError as fault:
        message = "Unable to import module '%s': %s" % (module, fault)
        call("POST", "init/error", error("Runtime.ImportModuleError", message, []))
        sys.exit(1)
    answer, event = call("GET", "invocation/next")
    context = Context(answer.headers)
    try:
        result = json.dumps(handler(json.loads(event), context)).encode()
    except Exception as fault:
        trace = traceback.format_list(traceback.extract_tb(fault.__traceback__)[1:])
        told = error(type(fault).__name__, str(fault), trace)
        call("POST", "invocation/%s/error" % context.aws_request_id, told)
    else:
        call("POST", "invocation/%s/response" % context.aws_request_id, result, chunked=True)
    call("GET", "invocation/next")
"""


def offer_runtime(index: IndexServer, runtime: str = RUNTIME) -> None:
    """`index` has all that `lbuild try` gets for the runtime."""
    files = {"awslambdaric/__init__.py": b"", "awslambdaric/__main__.py": _CLIENT}
    _offer(index, "awslambdaric", "4.2.2", files)
    for name, version in find_runtime(runtime).preinstalled.items() or [("boto3", "1.0")]:
        _offer(index, name, version, {f"{name.replace('-', '_')}.py": b"version = 'the runtime\\'s'\n"})


def _offer(index: IndexServer, name: str, version: str, files: dict[str, bytes]) -> None:
    index.add(name, wheel_filename(name, version), make_wheel(name, version, files))


def write_function(folder: Path, **modules: str) -> Path:
    """A folder with a module of each text."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return folder
