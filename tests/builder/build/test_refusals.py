"""Backends that lie, hang or leave things behind, and wheels that are not pure: refused, nothing left."""

import os
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from builder.errors import NativeBuildNeededError, SdistBuildError
from factories.patience import no_hang
from factories.processes import marked
from factories.projects import (
    HONEST,
    MakeBuilder,
    pkg_info,
    project_files,
    tar_gz,
    write_sdist,
)
from factories.refusals import listing
from manylinux.backends.cell import landlock
from manylinux.backends.confinement import can_confine
from prebuilt_index.store import Store

HOSTILE = {
    "wrong name": ("return wheel(wheel_directory, name='other')", "was to build `demo` 1.0"),
    "wrong version": ("return wheel(wheel_directory, version='2.0')", "was to build `demo` 1.0"),
    "name only inside": (
        (
            "path = wheel(wheel_directory, name='other')\n"
            "os.rename(wheel_directory + '/' + path, wheel_directory + '/demo-1.0-py3-none-any.whl')\n"
            "return 'demo-1.0-py3-none-any.whl'"
        ),
        "named for `demo` 1.0",
    ),
    "path outside": ("wheel(wheel_directory)\nreturn '../demo-1.0-py3-none-any.whl'", "says that it wrote"),
    "absolute path": ("return '/etc/passwd'", "says that it wrote '/etc/passwd', and wrote nothing"),
    "no file": ("return 'demo-1.0-py3-none-any.whl'", "and wrote nothing"),
    "no name": ("wheel(wheel_directory)\nreturn None", "says that it wrote None"),
    "several wheels": (
        "wheel(wheel_directory, tag='py2-none-any')\nreturn wheel(wheel_directory)",
        "`demo-1.0-py2-none-any.whl`, `demo-1.0-py3-none-any.whl`",
    ),
    "a link": (
        (
            "os.symlink('/etc/passwd', wheel_directory + '/demo-1.0-py3-none-any.whl')\n"
            "return 'demo-1.0-py3-none-any.whl'"
        ),
        "no plain file",
    ),
    "no zip": (
        (
            "open(wheel_directory + '/demo-1.0-py3-none-any.whl', 'w').write('x')\n"
            "return 'demo-1.0-py3-none-any.whl'"
        ),
        "cannot be read",
    ),
    "a name that is no text": (
        (
            "path = wheel_directory + '/' + wheel(wheel_directory)\n"
            "content = bytearray(open(path, 'rb').read())\n"
            "at = content.index(b'PK\\1\\2')\n"
            "content[at + 9], content[at + 46] = 8, 255\n"
            "open(path, 'wb').write(content)\n"
            "return os.path.basename(path)"
        ),
        "cannot be read: 'utf-8' codec",
    ),
    "no answer": ("os._exit(0)", "gave no answer to `build_wheel`"),
    "a crash": ("os.abort()", "signal "),
    "an error": ("raise RuntimeError('Python too old')", "RuntimeError: Python too old"),
    "endless": ("time.sleep(600)", "took too long"),
    "a flood": ("while True: sys.stdout.write('x' * 65536)", "printed more than 1048576 bytes"),
}


@pytest.mark.parametrize(("body", "evidence"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_backend_gets_nowhere(
    body: str, evidence: str, make_builder: MakeBuilder, tmp_path: Path, store: Store
) -> None:
    """It is stopped and named; the store holds nothing new, and no process or folder of it is left."""
    archive = write_sdist(tmp_path, "demo", "1.0", body)
    before = listing(store.root)
    builder = make_builder(timeout=0.5 if "600" in body else 60.0)
    with pytest.raises(SdistBuildError) as error:
        builder.from_sdist(archive, archive.name)

    assert "`demo` 1.0" in error.value.summary
    assert any(evidence in line for line in error.value.evidence), error.value.evidence
    assert listing(store.root) == before
    assert not list((tmp_path / "work").iterdir())


def test_a_failed_build_keeps_its_log(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """The error quotes the log's end without what would move a terminal's cursor, and names the file."""
    body = "print('\\x1b[31mred\\x1b[0m \\x07bell')\nraise RuntimeError('no')"
    archive = write_sdist(tmp_path, "demo", "1.0", body)
    with pytest.raises(SdistBuildError) as error:
        make_builder().from_sdist(archive, archive.name)
    (log,) = (tmp_path / "logs").iterdir()

    assert error.value.evidence[-1] == f"log: {log}"
    assert "red bell" in error.value.evidence
    assert not any("\x1b" in line for line in error.value.evidence)
    assert "\x1b[31mred" in log.read_text()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs a system that shows environments")
@pytest.mark.parametrize("path", [os.environ.get("PATH", os.defpath), "/nowhere"], ids=["apart", "not apart"])
@pytest.mark.parametrize("leave", [False, True], ids=["in the group", "as a daemon"])
def test_a_process_left_behind_is_ended(
    leave: bool, path: str, make_builder: MakeBuilder, tmp_path: Path
) -> None:
    """What a backend starts does not outlive the build, even as a daemon; nor where nothing sets it apart."""
    own = f"OF_THIS_TEST={tmp_path}"
    body = (
        "import subprocess\nprogram = 'import time; print(time, flush=True); time.sleep(600)'\n"
        f"environ = dict(os.environ, OF_THIS_TEST={str(tmp_path)!r})\n"
        "child = subprocess.Popen([sys.executable, '-c', program], env=environ, stdout=subprocess.PIPE,"
        f" start_new_session={leave})\n"
        f"child.stdout.readline()\n{HONEST}"
    )
    archive = write_sdist(tmp_path, "demo", "1.0", body)
    make_builder(environ={**os.environ, "PATH": path}).from_sdist(archive, archive.name)

    assert marked(own) == []


def test_a_pulse_stops_a_build(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """What the pulse raises is what the caller gets, at once, and the backend is gone."""
    archive = write_sdist(tmp_path, "demo", "1.0", "time.sleep(600)")
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()

    def pulse() -> None:
        if stop.is_set():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), no_hang():
        make_builder().from_sdist(archive, archive.name, pulse=pulse)

    assert not list((tmp_path / "work").iterdir())


def test_a_backend_sees_no_secrets(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """Of the caller's environment a backend sees what programs need to start, and a home of its own."""
    body = "return wheel(wheel_directory, files={'environ.txt': repr(dict(os.environ)).encode()})"
    archive = write_sdist(tmp_path, "demo", "1.0", body)
    secrets = {
        "AWS_SECRET_ACCESS_KEY": "hush",
        "PIP_INDEX_URL": "https://u:hush@example.org",
        "HTTPS_PROXY": "http://u:hush@example.org",
        "SSH_AUTH_SOCK": "hush",
        "PYTHONPATH": "hush",
    }
    built = make_builder(environ={**os.environ, **secrets}).from_sdist(archive, archive.name)
    seen = zipfile.ZipFile(built.path).read("environ.txt").decode()

    assert "hush" not in seen
    assert str(tmp_path / "store") not in seen
    assert f"'HOME': '{tmp_path / 'work'}" in seen


NATIVE = {
    "an ELF file": ("files={'demo.so': b'\\x7fELF' + bytes(60)}", "`demo.so`"),
    "a Mach-O file": ("files={'demo.so': b'\\xcf\\xfa\\xed\\xfe' + bytes(60)}", "`demo.so`"),
    "a fat Mach-O file": ("files={'demo.so': b'\\xca\\xfe\\xba\\xbe\\0\\0\\0\\2' + bytes(60)}", "`demo.so`"),
    "a Windows module": ("files={'demo.pyd': b'MZ' + bytes(60)}", "`demo.pyd`"),
    "a program among data": ("files={'demo-1.0.data/scripts/run': b'\\x7fELF' + bytes(60)}", "scripts/run`"),
    "a platform tag": ("tag='cp311-cp311-linux_x86_64'", "cp311-cp311-linux_x86_64"),
    "the host's Python": ("tag='cp311-none-any'", "cp311-none-any"),
    "a platform library": ("purelib='false'", "Root-Is-Purelib"),
}


@pytest.mark.parametrize(("arguments", "evidence"), NATIVE.values(), ids=NATIVE)
def test_refuses_what_is_not_pure(
    arguments: str, evidence: str, make_builder: MakeBuilder, tmp_path: Path, store: Store
) -> None:
    """The error names the project, the version and what made it native."""
    archive = write_sdist(tmp_path, "demo", "1.0", f"return wheel(wheel_directory, {arguments})")
    before = listing(store.root)
    with pytest.raises(NativeBuildNeededError) as error:
        make_builder().from_sdist(archive, archive.name)

    assert "`demo` 1.0" in error.value.summary
    assert any(evidence in line for line in error.value.evidence)
    assert error.value.hint
    assert listing(store.root) == before


@pytest.mark.parametrize(
    "files",
    [
        "{'demo/cli.exe': b'MZ' + bytes(60)}",
        "{'Demo.class': b'\\xca\\xfe\\xba\\xbe\\0\\0\\0\\x34' + bytes(60)}",
    ],
    ids=["a launcher for Windows", "a Java class"],
)
def test_data_for_others_is_no_native_code(files: str, make_builder: MakeBuilder, tmp_path: Path) -> None:
    """Pure projects carry such files, and nothing loads them on Lambda."""
    archive = write_sdist(tmp_path, "demo", "1.0", f"return wheel(wheel_directory, files={files})")

    assert make_builder().from_sdist(archive, archive.name).filename == "demo-1.0-py3-none-any.whl"


def test_a_failure_with_sources_to_compile_says_so(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """A missing compiler or header is the likeliest reason, so the hint speaks of it."""
    files = {
        **project_files("demo", "1.0", "raise RuntimeError('no ffi.h')"),
        "PKG-INFO": pkg_info("demo", "1.0"),
    }
    archive = tmp_path / "demo-1.0.tar.gz"
    archive.write_bytes(
        tar_gz({f"demo-1.0/{path}": content for path, content in {**files, "a.c": b""}.items()})
    )
    with pytest.raises(SdistBuildError) as error:
        make_builder().from_sdist(archive, archive.name)

    assert "a.c`" in (error.value.hint or "")


def test_refuses_rust_before_trying(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """What is certainly native is not even unpacked into a build."""
    pyproject = b'[build-system]\nrequires = ["maturin>=1"]\nbuild-backend = "maturin"\n'
    archive = tmp_path / "demo-1.0.tar.gz"
    archive.write_bytes(
        tar_gz({"demo-1.0/pyproject.toml": pyproject, "demo-1.0/PKG-INFO": pkg_info("demo", "1.0")})
    )
    with pytest.raises(NativeBuildNeededError, match=r"`demo` 1\.0") as error:
        make_builder().from_sdist(archive, archive.name)

    assert "maturin" in error.value.evidence[0]


SPYING = """
import socket
seen = [name for _, name in socket.if_nameindex()]
for path in {paths!r}:
    try:
        open(path, 'w').close()
    except OSError as error:
        seen.append(type(error).__name__)
open('below', 'w').close()
return wheel(wheel_directory, files={{'seen.txt': ' '.join(seen).encode()}})
"""


@pytest.mark.skipif(not can_confine(os.environ["PATH"]), reason="nobody may shut off a network here")
@pytest.mark.skipif(not landlock(), reason="this kernel has no Landlock")
def test_a_build_is_kept_to_its_folder_and_from_the_network(
    make_builder: MakeBuilder, tmp_path: Path
) -> None:
    """Pure Python too; where that is so, nothing is told of it."""
    outside = [str(tmp_path / "outside"), os.path.expanduser("~/lbuild-test"), "/tmp/lbuild-test"]
    body = SPYING.format(paths=outside)
    archive = write_sdist(tmp_path, "demo", "1.0", body)
    told: list[str] = []
    built = replace(make_builder(), tell=told.append).from_sdist(archive, archive.name)

    seen = zipfile.ZipFile(built.path).read("seen.txt").decode()
    assert seen.split() == ["lo", *["PermissionError"] * 3]
    assert not any(map(os.path.exists, outside))
    assert told == []


def test_what_a_build_is_not_kept_from_is_told(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """By what is built, where nothing is there that shuts off a network."""
    archive = write_sdist(tmp_path, "demo", "1.0")
    told: list[str] = []
    builder = replace(make_builder(environ={**os.environ, "PATH": "/nowhere"}), tell=told.append)
    builder.from_sdist(archive, archive.name)

    assert any(line.startswith("`demo` 1.0: the build could reach the network") for line in told)


def test_who_wants_the_network_is_told_that_there_is_none(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """The cause is named, not only quoted."""
    body = "import urllib.request\nurllib.request.urlopen('http://files.example/data')"
    archive = write_sdist(tmp_path, "demo", "1.0", body)
    with pytest.raises(SdistBuildError) as error:
        make_builder().from_sdist(archive, archive.name)

    assert "it wants the network while it builds" in error.value.evidence[0]
