"""`lbuild try`: bundles run as Lambda runs them, and what is told of it."""

import json
import os
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest

from factories.commands import Outcome, Room, make_room
from factories.refusals import demand_words
from factories.runtime_clients import RUNTIME, offer_runtime, write_function
from factories.wheels import zipped
from servers.index_server import IndexServer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="bundles can only be tried on Linux")

FOR_ARM64 = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\0" + b"\xb7\0"
"""The beginning of a shared library."""
APP = """
import os, sys
print("starting")

def echo(event, context):
    print("called", __file__)
    return {"event": event, "arn": context.invoked_function_arn, "number": 1.5}

def seen(event, context):
    return {"path": sys.path, "env": dict(os.environ), "cwd": os.getcwd(), "argv": sys.argv}

def fail(event, context):
    raise ValueError("not today")

def sleep(event, context):
    import time
    time.sleep(60)

def leave(event, context):
    os._exit(3)

def crash(event, context):
    os.kill(os.getpid(), 11)

def large(event, context):
    return "x" * 7_000_000

def spawn(event, context):
    import subprocess
    own_group = event.get("own_group", False)
    return subprocess.Popen(["sleep", "60"], start_new_session=own_group).pid

def write(event, context):
    with open(__file__, "a"):
        pass
"""


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory, home: Path, answers: Path) -> Path:
    """A cache that holds what the runtime brings."""
    folder = tmp_path_factory.mktemp("furnished")
    with IndexServer() as index:
        room = make_room(folder, home, answers, index)
        offer_runtime(index)
        bundle = write_function(room.folder / "app", app=APP)
        assert room.lbuild("try", bundle, "--handler", "app.echo", "--runtime", RUNTIME).status == 0
    return room.cache


@pytest.fixture
def room(room: Room, furnished: Path) -> Room:
    """A room whose cache has what the runtime brings, and a function `app`."""
    shutil.rmtree(room.cache)
    shutil.copytree(furnished, room.cache)
    write_function(room.folder / "app", app=APP)
    return room


def trial(room: Room, handler: str, *words: str | Path, bundle: str = "app") -> Outcome:
    """`lbuild try` of a handler."""
    return room.lbuild("try", bundle, "--handler", handler, "--runtime", RUNTIME, *words)


def demand_report(outcome: Outcome, status: int, code: str, told: list[str]) -> None:
    """The error is told on stderr in three beats; stdout is the payload Lambda would hand out."""
    assert (outcome.status, outcome.codes) == (status, [code]), outcome.stderr
    assert [part for part in told if part not in outcome.stderr] == [], outcome.stderr
    assert "\nhint: " in outcome.stderr
    assert outcome.report.keys() >= {"errorType", "errorMessage"}


def test_the_result_is_on_stdout_and_what_is_printed_on_stderr(room: Room) -> None:
    """The event and the result are JSON, every literal as it was; paths in logs are Lambda's."""
    room.write("event.json", '{"a": [1.10, "\N{SNOWMAN}"]}')
    outcome = trial(room, "app.echo", "--event", "event.json")

    assert outcome.status == 0, outcome.stderr
    assert outcome.report["event"] == {"a": [1.1, "\N{SNOWMAN}"]}
    assert '"number": 1.5' in outcome.stdout
    assert "starting\ncalled /var/task/app.py\n" in outcome.stderr
    assert "start " in outcome.stderr
    assert "memory" in outcome.stderr


def test_the_function_sees_lambdas_world_and_nothing_of_this_one(room: Room) -> None:
    """sys.path, the environment and the current folder are Lambda's, below a folder that stands for `/`."""
    world = room.environ | {"PYTHONPATH": "/nowhere", "VIRTUAL_ENV": "/venv", "SECRET": "s", "GIVEN": "g"}
    outcome = Room(folder=room.folder, cache=room.cache, index=room.index, environ=world).lbuild(
        "try", "app", "--handler", "app.seen", "--runtime", RUNTIME, "--env", "GIVEN", "--env", "MINE=x=y"
    )  # fmt: skip
    seen = outcome.report
    root = seen["cwd"].removesuffix("/var/task")
    path = [each.removeprefix(root) for each in seen["path"]]
    layers = [f"/opt/python/lib/{RUNTIME}/site-packages", "/opt/python"]

    assert path[:5] == ["/var/task", *layers, f"/var/lang/lib/{RUNTIME}/site-packages", "/var/runtime"]
    # As observed on Lambda: folders that are not there are added once more by `site`.
    assert path[-3:] == [f"/var/lang/lib/{RUNTIME}/site-packages", *layers]
    assert not any("site-packages" in each for each in path[5:-3])
    env = seen["env"]
    assert env["LAMBDA_TASK_ROOT"] == seen["cwd"]
    assert env["_HANDLER"] == "app.seen"
    assert env["AWS_EXECUTION_ENV"] == f"AWS_Lambda_{RUNTIME}"
    assert env["PYTHONPATH"] == f"{root}/var/runtime"
    assert (env["GIVEN"], env["MINE"]) == ("g", "x=y")
    assert env.keys().isdisjoint({"VIRTUAL_ENV", "SECRET", "PIP_CONFIG_FILE"})
    assert env["HOME"] != room.environ["HOME"]
    folders = env["LD_LIBRARY_PATH"].split(":")
    assert folders.index("/lib64") < folders.index(f"{root}/var/task/lib") < folders.index(f"{root}/opt/lib")
    assert not Path(root).exists()


def test_a_python_path_of_the_functions_own_drops_the_layers(room: Room) -> None:
    """Entries that name Lambda's folders lead there."""
    outcome = trial(room, "app.seen", "--env", "PYTHONPATH=/opt/mine:/elsewhere")
    root = outcome.report["cwd"].removesuffix("/var/task")
    path = outcome.report["path"]

    assert path[:4] == [f"{root}/var/task", f"{root}/var/runtime", f"{root}/opt/mine", "/elsewhere"]
    assert f"{root}/opt/python" not in path


def test_a_module_that_is_missing_is_told_as_lambda_tells_it(room: Room) -> None:
    """The error is the payload, and the exit status says that it does not load."""
    write_function(room.folder / "app", needy="import not_there\n")
    outcome = trial(room, "needy.handler")

    demand_report(outcome, 4, "does-not-load", ["Runtime.ImportModuleError", "not_there"])
    assert outcome.report == {
        "errorMessage": "Unable to import module 'needy': No module named 'not_there'",
        "errorType": "Runtime.ImportModuleError",
        "requestId": "",
        "stackTrace": [],
    }


def test_an_exception_is_told_with_lambdas_paths(room: Room) -> None:
    """A handler's own fault has a status of its own."""
    outcome = trial(room, "app.fail")

    demand_report(outcome, 7, "function-failed", ["ValueError: not today", "in fail"])
    assert outcome.report["errorType"] == "ValueError"
    assert 'File "/var/task/app.py", line ' in outcome.report["stackTrace"][0]


@pytest.mark.parametrize(
    ("handler", "kind", "told"),
    [
        ("app.sleep", "Sandbox.Timedout", "Task timed out after 0.20 seconds"),
        ("app.leave", "Runtime.ExitError", "Runtime exited with error: exit status 3"),
        ("app.crash", "Runtime.ExitError", "Runtime exited with error: signal: segmentation fault"),
    ],
)
def test_a_process_that_gives_no_answer_is_told(room: Room, handler: str, kind: str, told: str) -> None:
    """Too slow, gone, or crashed: in Lambda's words."""
    outcome = trial(room, handler, "--timeout", "0.2")

    demand_report(outcome, 7, "function-failed", [told])
    assert outcome.report["errorType"] == kind
    assert outcome.report["errorMessage"].endswith(f" Error: {told}")


@pytest.mark.parametrize(
    ("returned", "told", "payload"),
    [("None", "null", None), ("10**30", "1" + "0" * 30, 10**30), ("float('inf')", "Infinity", "Infinity")],
)
def test_odd_results_are_passed_on(room: Room, returned: str, told: str, payload: object) -> None:
    """What is no JSON is a text in the report."""
    write_function(room.folder / "app", odd=f"def handler(event, context):\n    return {returned}\n")
    plain, report = trial(room, "odd.handler"), trial(room, "odd.handler", "--json")

    assert (plain.status, plain.stdout) == (0, f"{told}\n")
    assert report.report["bundles"][0]["starts"][0]["payload"] == payload


def test_a_response_that_lambda_would_not_take_is_told(room: Room) -> None:
    """The limit is Lambda's."""
    outcome = trial(room, "app.large")

    assert outcome.status == 7
    assert outcome.report["errorType"] == "Function.ResponseSizeTooLarge"


def test_a_process_that_ends_while_it_starts_does_not_load(room: Room) -> None:
    """There was no invocation yet."""
    write_function(room.folder / "app", gone="import os\nos._exit(0)\n")
    outcome = trial(room, "gone.handler")

    demand_report(outcome, 4, "does-not-load", ["Runtime exited without providing a reason"])


def test_layers_are_merged_in_order_and_pth_files_count(room: Room) -> None:
    """The bundle goes before layers, later layers over earlier ones, both before the runtime's packages."""
    layers = []
    for number in ("1", "2"):
        content = {
            "python/shared.py": f"x = {number}".encode(),
            f"python/only{number}.py": b"",
            f"python/lib/{RUNTIME}/site-packages/long.py": b"x = 'long'",
            "python/long.py": b"",
            "python/six.py": b"version = 'the layer\\'s'",
            "python/more.pth": b"more\n",
            "python/more/found.py": b"x = 'by a .pth file'",
        }
        layers.append(room.folder / f"{number}.zip")
        layers[-1].write_bytes(zipped(content))
    write_function(
        room.folder / "app",
        layered="import shared, only1, only2, long, six, found\n"
        "def handler(event, context):\n    return [shared.x, long.x, six.version, found.x]\n",
    )
    outcome = trial(room, "layered.handler", "--layer", layers[0], "--layer", layers[1])

    assert outcome.status == 0, outcome.stderr
    assert json.loads(outcome.stdout) == [2, "long", "the layer's", "by a .pth file"]


@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may write everywhere")
def test_the_bundle_cannot_be_written_to(room: Room) -> None:
    """As on Lambda."""
    outcome = trial(room, "app.write")

    assert outcome.report["errorType"] == "PermissionError"


def test_what_bytecode_saves_is_measured_where_all_is_imported(room: Room) -> None:
    """Of what imports; nothing is said of a bundle without bytecode, or whose modules end the process."""
    room.write("src/large.py", *(f"def f{n}(a, b=1): return [a + b for a in b if a]" for n in range(1000)))
    room.write("src/bad.py", "1 / 0")
    words = ("--source", "src", "--runtime", RUNTIME, "-o")
    room.lbuild(*words, "plain/")
    replace(room, bytecode="all").lbuild(*words, "with/")
    outcome = room.lbuild("try", "plain", "with", "--imports", "--runtime", RUNTIME, "--json")
    plain, compiled = (bundle["import_seconds"] for bundle in outcome.report["bundles"])
    told = room.lbuild("try", "with", "--imports", "--runtime", RUNTIME).stderr

    assert plain is None
    assert 0 < compiled["with_bytecode"] < compiled["without_bytecode"]
    assert "processor time with the bundle's bytecode" in told


def test_imports_that_cannot_be_measured_together_are_a_note(room: Room) -> None:
    """Each imports by itself; the two together end the process."""
    room.write("src/one.py", "import sys, os", "if 'two' in sys.modules: os._exit(1)")
    room.write("src/two.py", "import sys, os", "if 'one' in sys.modules: os._exit(1)")
    words = ("--source", "src", "--runtime", RUNTIME, "-o", "both/")
    replace(room, bytecode="all").lbuild(*words)
    outcome = room.lbuild("try", "both", "--imports", "--runtime", RUNTIME)

    assert outcome.status == 0
    assert "2 of 2 modules" in outcome.stderr
    assert "note: the time that imports take cannot be measured" in outcome.stderr


def test_every_module_is_imported_and_a_crash_is_one_modules(room: Room) -> None:
    """Faults have their reasons; the rest goes on."""
    folder = write_function(
        room.folder / "many",
        good="",
        raising="1 / 0",
        crashing="import os\nos.kill(os.getpid(), 11)",
        ending="import sys\nsys.exit(2)",
        leaving="import os\nos._exit(5)",
        quiet="import os\nos._exit(0)",
        slow="import time\ntime.sleep(60)",
        zlast="",
    )
    outcome = room.lbuild("try", folder, "--imports", "--runtime", RUNTIME, "--timeout", "1", "--json")
    faults = outcome.report["bundles"][0]["faults"]

    assert outcome.status == 4
    assert outcome.report["bundles"][0]["modules"] == sorted([*faults, "good", "zlast"])
    assert faults == {
        "crashing": "signal 11 (Segmentation fault)",
        "ending": "SystemExit: 2",
        "leaving": "it ended the process with status 5",
        "quiet": "it ended the process with status 0",
        "raising": "ZeroDivisionError: division by zero",
        "slow": "it took longer than 1 s",
    }


def test_a_module_has_as_long_as_an_init(room: Room) -> None:
    """A call has three seconds; libraries may well take longer to import."""
    folder = write_function(room.folder, slow="import time\ntime.sleep(3.2)")

    assert room.lbuild("try", folder, "--imports", "--runtime", RUNTIME).status == 0


def test_several_starts_of_several_bundles_are_compared(room: Room) -> None:
    """One that fails is out; the others go on; the first failure decides the status."""
    write_function(room.folder / "slow", app="import time\ntime.sleep(0.5)\n" + APP)
    write_function(room.folder / "broken", app="import not_there\n")
    words = ("--handler", "app.echo", "--runtime", RUNTIME, "--repeat", "3")
    outcome = room.lbuild("try", "app", "slow", "broken", *words)
    rows = [line.split() for line in outcome.stdout.splitlines()]

    assert outcome.status == 4
    assert [row[:2] for row in rows[1:]] == [["app", "3"], ["slow", "3"], ["broken", "1"]]
    assert float(rows[2][2]) > float(rows[1][2])
    assert outcome.stderr.count("called /var/task/app.py") == 2


@pytest.mark.parametrize("own_group", ["true", "false"])
def test_nothing_is_left_running_or_on_disk(room: Room, tmp_path: Path, own_group: str) -> None:
    """What a function starts ends with it, daemons too."""
    room.write("event.json", f'{{"own_group": {own_group}}}')
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    environ = room.environ | {"TMPDIR": str(temporary)}
    words = ("try", "app", "--handler", "app.spawn", "--event", "event.json", "--runtime", RUNTIME)
    done = room.process(*words, env=environ)
    pid = int(done.stdout)

    assert done.status == 0, done.stderr
    assert not list(temporary.iterdir())
    assert not _lives(pid)


def test_what_a_function_closed_is_removed_too(room: Room, tmp_path: Path) -> None:
    """Whatever the modes of its own folders."""
    write_function(
        room.folder / "app",
        closing="import os, tempfile\ndef handler(event, context):\n"
        "    inner = os.path.join(tempfile.mkdtemp(), 'inner')\n"
        "    os.makedirs(inner + '/more')\n    os.chmod(inner, 0)\n    return 1\n",
    )
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    words = ("try", "app", "--handler", "closing.handler", "--runtime", RUNTIME)
    done = room.process(*words, env=room.environ | {"TMPDIR": str(temporary)})

    assert (done.status, done.stdout) == (0, "1\n"), done.stderr
    assert not list(temporary.iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_ends_the_function_too(room: Room, tmp_path: Path, number: signal.Signals) -> None:
    """Status 130 or 143, and no process or folder."""
    write_function(
        room.folder / "app",
        waiting="import os, time\ndef handler(e, c):\n    print('pid', os.getpid())\n    time.sleep(60)",
    )
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    words = ("try", "app", "--handler", "waiting.handler", "--runtime", RUNTIME, "--timeout", "50")
    with room.start(*words, env=room.environ | {"TMPDIR": str(temporary)}) as process:
        assert process.stderr is not None
        pid = next(int(line.split()[1]) for line in process.stderr if line.startswith("pid "))
        process.send_signal(number)
        status = process.wait(20)

    assert status == 128 + number
    assert not _lives(pid)
    assert not list(temporary.iterdir())


def _lives(pid: int) -> bool:
    """Whether a process is there and no zombie, a moment being given to it."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return False
        if state == "Z":
            return False
        time.sleep(0.005)
    return True


@pytest.mark.parametrize(
    ("words", "status", "code", "told"),
    [
        ((), 2, "usage", "no bundle"),
        (("app",), 2, "usage", "no handler"),
        (("app", "--imports", "--handler", "app.echo"), 2, "usage", "calls no handler"),
        (("nowhere.zip", "--handler", "app.echo"), 2, "input-not-found", "nowhere.zip"),
        (("app", "--handler", "app.echo", "--event", "nowhere.json"), 2, "input-not-found", "nowhere.json"),
        (("app", "--handler", "app.echo", "--event", "bad.json"), 2, "usage", "no JSON"),
        (("app", "--handler", "app.echo", "--env", "NOT_SET_ANYWHERE"), 2, "usage", "no such variable"),
        (("app", "--handler", "app.echo", "--env", "=x"), 2, "usage", "names no variable"),
        (("app", "--handler", "app.echo", "--timeout", "0"), 2, "usage", "timeout"),
        (("app", "--handler", "app.echo", "--runtime", "python3.2"), 2, "unknown-runtime", "python3.2"),
        (("bad.json", "--handler", "app.echo"), 4, "bad-archive", "bad.json"),
    ],
)
def test_bad_words_are_told(room: Room, words: tuple[str, ...], status: int, code: str, told: str) -> None:
    """Each with its status and code."""
    room.write("bad.json", "{")

    demand_words(room.lbuild("try", *words), status, code, [told])


def test_another_machines_bundle_is_told_before_anything_is_started(room: Room) -> None:
    """Running it would only say that a module is missing."""
    (room.folder / "b.zip").write_bytes(zipped({"app.py": APP.encode(), "m.so": FOR_ARM64}))
    outcome = trial(room, "app.echo", bundle="b.zip")

    demand_words(outcome, 6, "wrong-machine", ["m.so is for aarch64"])


def test_a_python_that_is_not_here_is_told_with_ways_to_get_it(room: Room) -> None:
    """The default runtime is as good as any other."""
    environ = room.environ | {"PATH": tempfile.gettempdir(), "PYENV_ROOT": "/nowhere"}
    other = "python3.9" if RUNTIME != "python3.9" else "python3.10"
    outcome = Room(folder=room.folder, cache=room.cache, index=room.index, environ=environ).lbuild(
        "try", "app", "--handler", "app.echo", "--runtime", other
    )

    demand_words(outcome, 6, "no-interpreter", ["uv python install", "pyenv install"])


def test_compiled_modules_tell_the_runtime(room: Room) -> None:
    """`--runtime` is for bundles that do not say it."""
    tag = RUNTIME.removeprefix("python").replace(".", "")
    (room.folder / "app" / f"m.cpython-{tag}-x86_64-linux-gnu.so").write_bytes(b"")
    outcome = room.lbuild("try", "app", "--handler", "app.echo")

    assert outcome.status == 0, outcome.stderr
    assert f"{RUNTIME} (what its compiled modules are for)" in outcome.stderr


def test_offline_without_the_runtimes_packages_is_told(room: Room) -> None:
    """What is not cached cannot be had."""
    shutil.rmtree(room.cache / "trial-v1")
    shutil.rmtree(room.cache / "resolutions-v1")
    shutil.rmtree(room.cache / "pages-v1")
    outcome = trial(room, "app.echo", "--offline")

    demand_words(outcome, 3, "offline", ["awslambdaric"])


def test_what_the_runtime_brings_is_counted_and_pruned(room: Room) -> None:
    """It is made again when it is wanted again."""
    before = json.loads(room.lbuild("cache", "size", "--json", index=False).stdout)["trial-v1"]
    pruned = room.lbuild("cache", "prune", "--days", "0", index=False)
    after = json.loads(room.lbuild("cache", "size", "--json", index=False).stdout)["trial-v1"]
    offer_runtime(room.index)

    assert before["files"] > 2
    assert pruned.status == 0
    assert after == {"files": 0, "size": 0}
    assert trial(room, "app.echo").status == 0


def test_without_a_cache_what_the_runtime_brings_is_for_this_run(room: Room, tmp_path: Path) -> None:
    """Nothing is kept."""
    offer_runtime(room.index)
    shutil.rmtree(room.cache)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    words = ("try", "app", "--handler", "app.echo", "--runtime", RUNTIME, "--no-cache")
    done = room.process(*words, env=room.environ | {"TMPDIR": str(temporary)})

    assert done.status == 0, done.stderr
    assert not room.cache.exists()
    assert not list(temporary.iterdir())
