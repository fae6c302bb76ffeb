"""`lbuild try` with the real awslambdaric, SDK and packages, from the configured package index."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

import pytest

from builder.errors import NoInterpreterError
from builder.trial.interpreter import find_interpreter
from factories.commands import Outcome, Room
from factories.runtime_clients import RUNTIME, write_function

pytestmark = [
    pytest.mark.registry,
    pytest.mark.skipif(sys.platform != "linux", reason="bundles can only be tried on Linux"),
]

WSGI = """
import io

def adapted(app):
    def handler(event, context):
        seen = {}
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": event["path"], "QUERY_STRING": "", "SERVER_NAME": "lambda",
            "SERVER_PORT": "443", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https", "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(),
            "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False,
        }
        body = b"".join(app(environ, lambda status, headers, error=None: seen.update(status=status)))
        return {"statusCode": int(seen["status"].split()[0]), "body": body.decode()}
    return handler
"""
FLASK = """
from flask import Flask
from wsgi import adapted

app = Flask(__name__)

@app.get("/hello/<name>")
def hello(name):
    return {"hello": name}

handler = adapted(app)
"""
NUMPY = """
import numpy

def handler(event, context):
    return {"sum": float(numpy.linalg.inv(numpy.array(event)).sum()), "from": numpy.__file__}
"""
BOTO3 = """
import boto3

def handler(event, context):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="key", Body=event["body"].encode())
    read = s3.get_object(Bucket="bucket", Key="key")["Body"].read().decode()
    return {"read": read, "boto3": boto3.__version__, "from": boto3.__file__}
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all of these tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def user(tmp_path: Path, cache: Path, real_environ: dict[str, str]) -> Room:
    """A user with the machine's own pip configuration."""
    work = tmp_path / "work"
    work.mkdir()
    return Room(folder=work, cache=cache, index=None, environ=real_environ)  # type: ignore[arg-type]  # not asked


@pytest.fixture(scope="session")
def real_environ() -> dict[str, str]:
    """The variables of whoever runs the tests."""
    import os

    return dict(os.environ)


def lbuild(user: Room, *words: str | Path) -> Outcome:
    return user.lbuild(*words, index=False)


SOURCELESS = (
    FLASK
    + """
import inspect
import click, flask.cli, numpy._core.numeric

@app.get("/files")
def files():
    modules = {"click": click, "numpy": numpy._core.numeric, "reader": flask.cli}
    found = {name: module.__file__.rpartition(".")[2] for name, module in modules.items()}
    return {**found, "lines": len(inspect.getsource(flask.cli).splitlines())}
"""
)


def bundle(user: Room, name: str, source: str, *requirements: str, runtime: str = RUNTIME) -> Path:
    """A zip made by lbuild of an app and what it requires."""
    folder = write_function(user.folder / name, app=source, wsgi=WSGI)
    output = user.folder / f"{name}.zip"
    built = lbuild(user, *requirements, "--source", folder, "-o", output, "--runtime", runtime)

    assert built.status == 0, built.stderr
    return output


def called(user: Room, zipped: Path, event: object, *words: str) -> Outcome:
    user.write("event.json", json.dumps(event))
    options = ("--handler", "app.handler", "--event", "event.json", "--timeout", "30")
    return lbuild(user, "try", zipped, *options, *words)


def test_a_flask_app_answers(user: Room) -> None:
    """Through a WSGI adapter of a few lines; and every module of the bundle imports."""
    zipped = bundle(user, "web", FLASK, "flask")
    outcome = called(user, zipped, {"path": "/hello/you"}, "--runtime", RUNTIME)
    imports = lbuild(user, "try", zipped, "--imports", "--runtime", RUNTIME, "--timeout", "30")

    assert outcome.status == 0, outcome.stderr
    assert outcome.report == {"statusCode": 200, "body": '{"hello":"you"}\n'}
    assert imports.status == 0, imports.stderr


def test_an_app_runs_without_the_sources_of_its_packages(user: Room) -> None:
    """Modules that read sources have kept theirs; and every module of the bundle imports."""
    sourceless = replace(user, bytecode="only")
    zipped = bundle(sourceless, "sourceless", SOURCELESS, "flask", "numpy")
    outcome = called(user, zipped, {"path": "/files"}, "--runtime", RUNTIME)
    imports = lbuild(user, "try", zipped, "--imports", "--runtime", RUNTIME, "--timeout", "30")
    body = json.loads(outcome.report["body"])

    assert body.pop("lines") > 100
    assert body == {"click": "pyc", "numpy": "pyc", "reader": "py"}
    assert imports.status == 0, imports.stderr


@pytest.mark.parametrize("runtime", ["python3.10", "python3.11", "python3.12", "python3.13", "python3.14"])
def test_numpy_computes_on_every_runtime_that_is_here(user: Room, runtime: str) -> None:
    """The bundle itself tells which runtime it is for."""
    try:
        find_interpreter(runtime.removeprefix("python"), user.environ)
    except NoInterpreterError:
        pytest.skip(f"there is no {runtime} here")
    zipped = bundle(user, "numbers", NUMPY, "numpy", runtime=runtime)
    outcome = called(user, zipped, [[2.0, 0.0], [0.0, 4.0]])

    assert outcome.status == 0, outcome.stderr
    assert f"{runtime} (what its compiled modules are for)" in outcome.stderr
    assert outcome.report["sum"] == 0.75
    assert outcome.report["from"].endswith("/var/task/numpy/__init__.py")


@pytest.fixture
def aws(user: Room) -> Iterator[str]:
    """moto's server, bundled by lbuild: the URL at which it plays AWS."""
    built = lbuild(user, "moto[s3,server]", "-o", "moto/", "--runtime", RUNTIME, "--no-limit")
    assert built.status == 0, built.stderr
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environ = {"PATH": user.environ["PATH"], "PYTHONPATH": str(user.folder / "moto")}
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with open(user.folder / "moto.log", "wb") as log:
        server = subprocess.Popen(command, env=environ, stdout=log, stderr=log, cwd=user.folder)
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


def _wait_for(port: int) -> None:
    deadline = monotonic() + 60
    while monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            sleep(0.05)
        else:
            return
    raise AssertionError("moto does not answer")


def test_boto3_talks_to_what_plays_aws(user: Room, aws: str) -> None:
    """The SDK is the runtime's: the bundle has none."""
    zipped = bundle(user, "bucket", BOTO3)
    variables = (f"AWS_ENDPOINT_URL={aws}", "AWS_ACCESS_KEY_ID=testing", "AWS_SECRET_ACCESS_KEY=testing")
    options = [word for variable in variables for word in ("--env", variable)]
    outcome = called(user, zipped, {"body": "words"}, "--runtime", RUNTIME, *options)

    assert outcome.status == 0, outcome.stderr
    assert outcome.report["read"] == "words"
    assert f"/var/lang/lib/{RUNTIME}/site-packages/boto3/" in outcome.report["from"]


def test_errors_are_those_of_lambda(user: Room) -> None:
    """The words are awslambdaric's own."""
    zipped = bundle(user, "broken", "import flask\n")
    missing = called(user, zipped, {}, "--runtime", RUNTIME)
    write_function(user.folder / "broken", app="def other(): pass\n")
    unnamed = called(user, user.folder / "broken", {}, "--runtime", RUNTIME)

    assert missing.status == unnamed.status == 4
    assert missing.report == {
        "errorMessage": "Unable to import module 'app': No module named 'flask'",
        "errorType": "Runtime.ImportModuleError",
        "requestId": "",
        "stackTrace": [],
    }
    assert unnamed.report["errorType"] == "Runtime.HandlerNotFound"
    assert unnamed.report["errorMessage"] == "Handler 'handler' missing on module 'app'"


def test_cold_starts_of_two_bundles_are_compared(user: Room) -> None:
    """The one that imports more takes longer."""
    first = bundle(user, "light", "def handler(event, context):\n    return 1\n")
    second = bundle(
        user, "heavy", FLASK.replace("handler = adapted(app)", "def handler(e, c): return 1"), "flask"
    )
    words = ("--handler", "app.handler", "--repeat", "3", "--runtime", RUNTIME, "--json")
    outcome = lbuild(user, "try", first, second, *words)
    light, heavy = (
        sorted(start["init_seconds"] for start in each["starts"])[1] for each in outcome.report["bundles"]
    )

    assert outcome.status == 0, outcome.stderr
    assert heavy > light
