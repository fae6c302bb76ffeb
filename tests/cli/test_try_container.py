"""`lbuild try --in-container`: the same trial, in a container of a real engine."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from containers.image import IMAGE
from factories.commands import Outcome, Room, make_room
from factories.refusals import demand_words
from factories.runtime_clients import offer_runtime, write_function
from factories.wheels import zipped
from servers.index_server import IndexServer

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="bundles cannot be tried on Windows")

RUNTIME = "python3.9"
"""The one whose Python the image has."""
FOR_ARM64 = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\0" + b"\xb7\0"
"""The beginning of a shared library."""
APP = """
import os, socket, sys
print("starting")

def echo(event, context):
    print("called \\N{SNOWMAN}", __file__)
    return {"event": event, "arn": context.invoked_function_arn, "number": 1.5}

def seen(event, context):
    return {"path": sys.path, "env": dict(os.environ), "cwd": os.getcwd(), "argv": sys.argv}

def powers(event, context):
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    def refusal(deed):
        try:
            deed()
        except OSError as error:
            return type(error).__name__
    open("/tmp/mine", "w").close()
    return {
        "ids": [os.getuid(), os.getgid()],
        "groups": os.getgroups(),
        "capabilities": int(status["CapEff"], 16) | int(status["CapBnd"], 16),
        "no new privileges": status["NoNewPrivs"].strip(),
        "writing": [refusal(lambda: open(path + "/x", "w")) for path in
                    ("/var/task", "/opt", "/var/runtime", "/var/lbuild", "/var/tmp", "/home", "/")],
        "calling": refusal(lambda: socket.create_connection(("192.0.2.1", 80), timeout=5)),
    }

def wait(event, context):
    import time
    print("host", os.uname().nodename)
    time.sleep(60)

def end_all(event, context):
    os.kill(-1, 9)
"""
HANDLERS = {
    "fail": "raise ValueError('not today')",
    "sleep": "import time; time.sleep(60)",
    "leave": "import os; os._exit(3)",
    "crash": "import os; os.kill(os.getpid(), 11)",
    "large": "return 'x' * 7_000_000",
    "daemon": "import subprocess; return subprocess.Popen(['sleep', '60'], start_new_session=True).pid",
}


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """The engine that has the image; the test is skipped where there is none."""
    import docker

    script = Path(__file__).parents[1] / "containers" / "image.py"
    done = subprocess.run([sys.executable, script], stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        pytest.skip(done.stderr.splitlines()[-1])
    with closing(docker.from_env()) as client:
        yield client


@pytest.fixture(scope="module")
def furnished(client: Any, tmp_path_factory: pytest.TempPathFactory, home: Path, answers: Path) -> Path:
    """A cache that holds what the runtime brings, compiled in a container."""
    folder = tmp_path_factory.mktemp("furnished")
    with IndexServer() as index:
        room = reaching_the_engine(make_room(folder, home, answers, index))
        offer_runtime(index, RUNTIME)
        write_function(room.folder / "app", app=APP)
        done = trial(room, "app.echo")
        assert done.status == 0, done.stderr
    return room.cache


@pytest.fixture
def room(room: Room, furnished: Path) -> Room:
    """A room whose cache has what the runtime brings, and a function `app`."""
    shutil.rmtree(room.cache)
    shutil.copytree(furnished, room.cache)
    write_function(room.folder / "app", app=APP)
    return reaching_the_engine(room)


def reaching_the_engine(room: Room) -> Room:
    """Its user finds the engine where whoever runs the tests does."""
    places = {name: os.environ[name] for name in ("DOCKER_HOST", "XDG_RUNTIME_DIR") if name in os.environ}
    return Room(folder=room.folder, cache=room.cache, index=room.index, environ={**room.environ, **places})


WHERE = ("--runtime", RUNTIME, "--in-container", "--image", IMAGE)


def trial(room: Room, handler: str, *words: str | Path, bundle: str = "app") -> Outcome:
    """`lbuild try` of a handler in a container."""
    return room.lbuild("try", bundle, "--handler", handler, *WHERE, *words)


def test_the_result_is_on_stdout_and_what_is_printed_on_stderr(room: Room) -> None:
    """As on this machine: literals as they were, times, memory."""
    room.write("event.json", '{"a": [1.10, "\N{SNOWMAN}"]}')
    outcome = trial(room, "app.echo", "--event", "event.json")

    assert outcome.status == 0, outcome.stderr
    assert outcome.report["event"] == {"a": [1.1, "\N{SNOWMAN}"]}
    assert '"number": 1.5' in outcome.stdout
    assert "starting\ncalled \N{SNOWMAN} /var/task/app.py\n" in outcome.stderr
    assert [line.split()[0] for line in outcome.stderr.splitlines()[-3:]] == ["start", "call", "memory"]
    assert f"`/usr/bin/python3.9` in `{IMAGE}`" in outcome.stderr


def test_the_functions_world_is_lambdas(room: Room) -> None:
    """Its own paths, not some below a folder; nothing of the machine or of the image's variables."""
    seen = trial(room, "app.seen", "--env", "MINE=x=y").report
    layers = [f"/opt/python/lib/{RUNTIME}/site-packages", "/opt/python"]

    assert seen["path"][:4] == ["/var/task", *layers, "/var/runtime"]
    assert not any("/dist-packages" in each or "lbuild" in each for each in seen["path"])
    assert (seen["cwd"], seen["argv"]) == ("/var/task", ["/var/runtime/bootstrap.py"])
    assert seen["env"]["LAMBDA_TASK_ROOT"] == "/var/task"
    assert seen["env"]["PYTHONPATH"] == "/var/runtime"
    assert seen["env"]["MINE"] == "x=y"
    assert seen["env"].keys().isdisjoint({"HOSTNAME", "PIP_CONFIG_FILE"})


def test_the_function_has_no_more_powers_than_it_needs(room: Room) -> None:
    """Not root, no capabilities, no network, nothing to write to but `/tmp`."""
    powers = trial(room, "app.powers").report

    assert powers["ids"] == [993, 990]
    assert 0 not in powers["groups"]
    assert (powers["capabilities"], powers["no new privileges"]) == (0, "1")
    assert None not in powers["writing"]
    assert powers["calling"] == "OSError"  # the network is unreachable


def test_failures_are_told_in_lambdas_words(room: Room) -> None:
    """One that raises, sleeps, leaves, crashes, answers too much, or does not import."""
    for name, body in HANDLERS.items():
        write_function(room.folder / name, app=f"def handler(event, context):\n    {body}\n")
    write_function(room.folder / "needy", app="import not_there\n")
    words = ("--handler", "app.handler", "--timeout", "2", "--json", *WHERE)
    outcome = room.lbuild("try", *HANDLERS, "needy", *words)
    starts = {each["path"]: each["starts"][0] for each in outcome.report["bundles"]}
    told = {path: start["payload"] for path, start in starts.items() if path != "daemon"}

    assert outcome.status == 7
    assert {path: start["verdict"] for path, start in starts.items()} == {
        **dict.fromkeys(HANDLERS, "failed"), "daemon": "ok", "needy": "not-loaded"
    }  # fmt: skip
    assert told["fail"]["stackTrace"] == [
        "  File \"/var/task/app.py\", line 2, in handler\n    raise ValueError('not today')\n"
    ]
    assert told["sleep"]["errorMessage"].endswith("Error: Task timed out after 2.00 seconds")
    assert told["leave"]["errorMessage"].endswith("Runtime exited with error: exit status 3")
    assert told["crash"]["errorMessage"].endswith("Runtime exited with error: signal: segmentation fault")
    assert told["large"]["errorType"] == "Function.ResponseSizeTooLarge"
    assert told["needy"]["errorMessage"] == "Unable to import module 'app': No module named 'not_there'"


def test_every_module_is_imported_layers_too(room: Room) -> None:
    """Later layers over earlier ones; a crash is one module's."""
    for number in ("1", "2"):
        content = {"python/shared.py": f"assert {number} == 2".encode(), f"python/only{number}.py": b""}
        (room.folder / f"{number}.zip").write_bytes(zipped(content))
    folder = write_function(room.folder / "many", good="", raising="1 / 0", crashing="import os\nos.abort()")
    words = ("--imports", "--layer", "1.zip", "--layer", "2.zip", "--json", *WHERE)
    report = room.lbuild("try", folder, *words).report

    assert report["bundles"][0]["modules"] == ["crashing", "good", "raising", "only1", "only2", "shared"]
    assert report["bundles"][0]["faults"] == {
        "crashing": "signal 6 (Aborted)",
        "raising": "ZeroDivisionError: division by zero",
    }


def test_cold_starts_of_several_bundles_are_compared(room: Room) -> None:
    """Each in a container of its own, started anew each time."""
    write_function(room.folder / "slow", app="import time\ntime.sleep(0.2)\n" + APP)
    outcome = room.lbuild("try", "app", "slow", "--handler", "app.echo", "--repeat", "3", "--json", *WHERE)
    first, second = (
        [start["init_seconds"] for start in each["starts"]] for each in outcome.report["bundles"]
    )

    assert outcome.status == 0, outcome.stderr
    assert (len(first), len(second)) == (3, 3)
    assert min(second) > 0.2
    assert outcome.report["image"] == IMAGE


def test_what_the_runtime_brings_is_compiled_in_the_container(furnished: Path) -> None:
    """So that a start takes as long as on Lambda; the machine needs no such Python."""
    (folder,) = (furnished / "trial-v1").iterdir()
    compiled = {path.relative_to(folder).as_posix() for path in folder.rglob("*.pyc")}

    assert "awslambdaric/__pycache__/__main__.cpython-39.pyc" in compiled


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_removes_the_container(room: Room, client: Any, number: signal.Signals) -> None:
    """And its volumes; meanwhile it is labelled, so that strays can be found, and bounded."""
    words = ("try", "app", "--handler", "app.wait", "--timeout", "50", *WHERE)
    with room.start(*words) as process:
        assert process.stderr is not None
        host = next((line.split()[1] for line in process.stderr if line.startswith("host ")), "")
        assert host
        (container,) = client.containers.list(filters={"label": "lbuild.trial", "id": host})
        bounds = container.attrs["HostConfig"]
        volumes = [mount["Name"] for mount in container.attrs["Mounts"] if mount["Type"] == "volume"]
        process.send_signal(number)
        status = process.wait(30)

    assert status == 128 + number
    assert client.containers.list(all=True, filters={"id": host}) == []
    assert len(volumes) == 4
    assert not {volume.name for volume in client.volumes.list()} & set(volumes)
    assert bounds["AutoRemove"]
    assert bounds["Memory"] == bounds["MemorySwap"] > 0
    assert bounds["PidsLimit"] > 0
    assert not bounds["Binds"]


def test_a_function_that_ends_all_processes_is_told(room: Room) -> None:
    """It ends who watches it as well."""
    demand_words(trial(room, "app.end_all"), 6, "container", ["without a result"])


@pytest.mark.parametrize(
    ("words", "variables", "status", "code", "told"),
    [
        (("--image", "x"), {}, 2, "usage", ["--in-container"]),
        (
            ("--in-container",),
            {"DOCKER_HOST": "unix:///nowhere.sock"},
            6,
            "no-container-engine",
            ["/nowhere.sock"],
        ),
        (("--in-container", "--runtime", "python3.15"), {}, 6, "no-image", ["python3.15", "--image"]),
        (("--in-container", "--image", "not/there:1", "--offline"), {}, 6, "no-image", ["docker pull"]),
        (("--in-container", "--image", "127.0.0.1:9/x"), {}, 3, "image-pull", ["127.0.0.1:9"]),
        (
            ("--in-container", "--image", IMAGE, "--runtime", "python3.13"),
            {},
            6,
            "no-interpreter",
            ["`/var/lang/bin/python3.13`: it is not there", "`python3`: it is cpython 3.9"],
        ),
    ],
)
def test_what_is_missing_is_told(
    room: Room, words: tuple[str, ...], variables: dict[str, str], status: int, code: str, told: list[str]
) -> None:
    """The engine, the image, a registry's answer, the Python."""
    environ = {**room.environ, **variables}
    world = Room(folder=room.folder, cache=room.cache, index=room.index, environ=environ)

    # A process of its own: the engine's client leaves sockets to the garbage collector when it is refused.
    demand_words(world.process("try", "app", "--handler", "app.echo", *words), status, code, told)


def test_an_image_for_another_machine_than_the_bundles_is_told(room: Room) -> None:
    """Before anything is started."""
    (room.folder / "b.zip").write_bytes(zipped({"app.py": APP.encode(), "m.so": FOR_ARM64}))

    demand_words(trial(room, "app.echo", bundle="b.zip"), 6, "wrong-machine", ["m.so is for aarch64"])


@pytest.mark.registry
def test_the_real_runtime_client_and_compiled_packages_run(client: Any, tmp_path: Path) -> None:
    """Bundled by lbuild for a runtime with glibc 2.26, loaded by glibc 2.31."""
    write_function(
        tmp_path / "app",
        app="import numpy\ndef handler(event, context):\n    return float(numpy.array(event).sum())\n",
    )
    (tmp_path / "event.json").write_text(json.dumps([[2.0, 0.25]]))
    environ = dict(os.environ)
    user = Room(folder=tmp_path, cache=tmp_path / "cache", index=None, environ=environ)  # type: ignore[arg-type]  # not asked
    built = user.lbuild("numpy", "--source", "app", "-o", "b.zip", "--runtime", RUNTIME, index=False)
    words = ("--handler", "app.handler", "--event", "event.json", "--timeout", "30", *WHERE)
    outcome = user.lbuild("try", "b.zip", *words, index=False)

    assert built.status == 0, built.stderr
    assert (outcome.status, outcome.stdout) == (0, "2.25\n"), outcome.stderr
