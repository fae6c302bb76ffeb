"""`lbuild zappa` with archives as Zappa makes them; Zappa itself runs in tests/deployers/zappa."""

import json
import runpy
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from builder.deployers.zappa.project import TEMPLATE
from factories.commands import Room, members

VERSION = ("--zappa-version", "1.0")


def archive(room: Room, *more: tuple[str, str], name: str = "app.zip") -> Path:
    """What Zappa would have packaged of the room's project, with packages of its environment."""
    path = room.folder / name
    files = [(each.name, each.read_text()) for each in sorted(room.folder.glob("*.py"))]
    made = [
        ("handler.py", "import zappa"),
        ("zappa_settings.py", "DEBUG = True"),
        ("package_info.json", "{}"),
    ]
    packages = [("numpy/__init__.py", "of the host"), ("__init__.py", ""), ("app/", "")]
    with zipfile.ZipFile(path, "w") as opened:
        for member, content in [*files, *made, *packages, *more]:
            opened.writestr(member, content)
    return path


@pytest.fixture
def app(room: Room) -> Room:
    """A project with one stage."""
    room.offer("zappa", "1.0", {"zappa/__init__.py": b""})
    room.offer("tool", "1.0")
    room.write("app.py", "import tool")
    room.write("requirements.txt", "tool")
    room.write(
        "zappa_settings.json", json.dumps({"dev": {"runtime": "python3.13", "app_function": "app.app"}})
    )
    return room


def rebuilt(app: Room, *words: str) -> tuple[int, str]:
    done = app.lbuild("zappa", "dev", "--archive", "app.zip", "--bytecode", "none", *VERSION, *words)
    return done.status, done.stderr


def names(path: Path) -> set[str]:
    """The files of a bundle without metadata."""
    return {name for name in members(path) if ".dist-info/" not in name}


def test_the_app_stays_and_packages_come_anew(app: Room) -> None:
    path = archive(app)
    status, said = rebuilt(app)

    assert status == 0, said
    assert names(path) == {"app.py", "handler.py", "zappa_settings.py", "tool.py", "zappa/__init__.py"}
    assert members(path)["zappa_settings.py"] == b"DEBUG = True"


def test_what_zappa_compiled_or_overwrote_is_the_apps_source(app: Room) -> None:
    """It leaves a module out that has a newer .pyc; packages of its environment may lie over the app's."""
    app.write("late.py", "late = True")
    path = archive(app, ("late.pyc", "compiled"))
    with zipfile.ZipFile(path) as opened:
        kept = [(each, opened.read(each)) for each in opened.namelist() if each not in ("late.py", "app.py")]
    with zipfile.ZipFile(path, "w") as opened:
        for name, content in [*kept, ("app.py", b"of a package")]:
            opened.writestr(name, content)
    status, said = rebuilt(app)

    assert status == 0, said
    assert members(path)["late.py"] == b"late = True\n"
    assert members(path)["app.py"] == b"import tool\n"


@pytest.mark.parametrize("how", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_archive_stays_as_it_is(app: Room, how: int) -> None:
    path = app.folder / "app.zip"
    with zipfile.ZipFile(path, "w", how) as opened:
        opened.writestr("handler.py", "import zappa\n" * 100)
        opened.writestr("zappa_settings.py", "")
    damaged = bytearray(path.read_bytes())
    begin = damaged.index(b"handler.py") + len("handler.py")
    damaged[begin : begin + 20] = b"\xff" * 20
    path.write_bytes(damaged)
    status, said = rebuilt(app)

    assert (status, "error[deployer-archive]" in said) == (2, True), said
    assert path.read_bytes() == damaged


def test_a_file_of_the_project_that_cannot_be_read_is_told(app: Room) -> None:
    path = archive(app, ("late.py", "late = True"))
    before = path.read_bytes()
    (app.folder / "late.py").symlink_to("/proc/self/mem")
    status, said = rebuilt(app)

    assert (status, "`late.py` of the project cannot be copied" in said) == (6, True), said
    assert path.read_bytes() == before


def test_names_that_lead_out_are_passed_by(app: Room) -> None:
    (app.folder.parent / "secret.txt").write_text("not the project's")
    path = archive(app, ("../secret.txt", "x"), ("/etc/hostname", "x"), ("a/../../secret.txt", "x"))
    status, said = rebuilt(app)

    assert status == 0, said
    assert not any("secret" in name or "hostname" in name for name in members(path))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "zappa_settings.toml",
            '[base]\nruntime = "python3.13"\narchitecture = "arm64"\n[dev]\nextends = "base"',
        ),
        ("zappa_settings.yml", "base: {runtime: python3.13, architecture: arm64}\ndev: {extends: base}"),
        ("zappa_settings.yaml", "dev: {runtime: python3.13, architecture: arm64}"),
        ("zappa_settings.json", '{"dev": {"runtime": "python3.13", "architecture": "arm64",}, # Hjson\n}'),
    ],
)
def test_settings_in_every_form(app: Room, name: str, content: str) -> None:
    """The target is the stage's: the only wheel is for arm64."""
    (app.folder / "zappa_settings.json").unlink()
    app.write(name, content)
    app.offer("tool", "2.0", tag="cp313-cp313-manylinux_2_17_aarch64")
    archive(app)
    status, said = rebuilt(app, "tool==2.0")

    assert status == 0, said


@pytest.mark.parametrize(
    ("settings", "code", "said"),
    [
        ("{", "deployer-configuration", "cannot be read"),
        ("[]", "deployer-configuration", "cannot be read"),
        ("{}", "deployer-configuration", "has no stages"),
        ('{"deb": {}, "prod": {"a": 1}}', "unknown-resource", "has no stage `dev`"),
        ('{"dev": {"extends": "base"}}', "deployer-configuration", "extends `base`, which is not there"),
        ('{"dev": {"extends": "dev"}}', "deployer-configuration", "extends itself"),
        ('{"dev": {"runtime": "python2.7"}}', "unknown-runtime", "python2.7"),
        ('{"dev": {"runtime": "python3.13", "architecture": "sparc"}}', "unknown-architecture", "sparc"),
    ],
)
def test_settings_that_do_not_help(app: Room, settings: str, code: str, said: str) -> None:
    """The archive stays as it is."""
    app.write("zappa_settings.json", settings)
    path = archive(app)
    before = path.read_bytes()
    status, told = rebuilt(app)

    assert (status, path.read_bytes()) == (2, before), told
    assert f"error[{code}]" in told
    assert said in told


def test_settings_that_are_not_there(app: Room) -> None:
    (app.folder / "zappa_settings.json").unlink()
    archive(app)
    assert "There are no settings of Zappa's" in rebuilt(app)[1]


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x05\x06" + b"\x00" * 18])
def test_what_is_no_archive(app: Room, content: bytes) -> None:
    path = app.folder / "app.zip"
    path.write_bytes(content)
    status, said = rebuilt(app)

    assert (status, path.read_bytes()) == (2, content)
    assert "error[deployer-archive]" in said


def test_where_no_archive_is(app: Room) -> None:
    status, said = rebuilt(app)
    assert (status, "error[deployer-archive]" in said) == (2, True)


def test_slim_handler_makes_no_zip(app: Room) -> None:
    (app.folder / "app.tar.gz").write_bytes(b"x")
    done = app.lbuild("zappa", "dev", "--archive", "app.tar.gz")

    assert (done.status, done.codes) == (2, ["deployer-archive"])
    assert "`slim_handler` is set" in done.stderr


def test_a_failure_leaves_the_archive(app: Room) -> None:
    path = archive(app)
    before = path.read_bytes()
    status, said = rebuilt(app, "tool==9")

    assert (status, path.read_bytes()) == (1, before), said


def test_words_are_missing(app: Room) -> None:
    for words in ((), ("dev",), ("--archive", "app.zip")):
        done = app.lbuild("zappa", *words, index=False)
        assert (done.status, done.codes) == (2, ["usage"])


def test_the_callback_is_written_once(app: Room) -> None:
    """And what is still to be set is told; a file that lbuild did not write stays."""
    done = app.lbuild("zappa", "--write-callback", index=False)
    assert done.status == 0, done.stderr
    assert "wrote lbuild_zappa.py" in done.stderr
    assert 'in the stage `dev` set "callbacks": {"zip": "lbuild_zappa.on_zip"}' in done.stderr
    assert (app.folder / "lbuild_zappa.py").read_bytes() == TEMPLATE.read_bytes()

    settings = {
        "dev": {"callbacks": {"zip": "lbuild_zappa.on_zip"}},
        "prod": {"callbacks": {"zip": "own.zip"}},
    }
    app.write("zappa_settings.json", json.dumps(settings))
    done = app.lbuild("zappa", "--write-callback", index=False)
    assert "lbuild_zappa.py is as it should be" in done.stderr
    assert "`dev`" not in done.stderr
    assert "in place of `own.zip`" in done.stderr

    app.write("lbuild_zappa.py", '"""Written by `lbuild zappa --write-callback`, an older one."""')
    assert app.lbuild("zappa", "--write-callback", index=False).status == 0
    assert (app.folder / "lbuild_zappa.py").read_bytes() == TEMPLATE.read_bytes()

    app.write("lbuild_zappa.py", "mine = True")
    done = app.lbuild("zappa", "--write-callback", index=False)
    assert (done.status, done.codes) == (2, ["deployer-configuration"])
    assert (app.folder / "lbuild_zappa.py").read_text() == "mine = True\n"


def test_the_callback_is_not_for_slim_handler(app: Room) -> None:
    app.write("zappa_settings.json", '{"dev": {"slim_handler": true}}')
    done = app.lbuild("zappa", "--write-callback", index=False)

    assert (done.status, done.codes) == (2, ["deployer-configuration"])
    assert not (app.folder / "lbuild_zappa.py").exists()


@pytest.fixture
def zappa(tmp_path: Path) -> SimpleNamespace:
    """What Zappa hands its callbacks, with an archive."""
    path = tmp_path / "app.zip"
    path.write_bytes(b"Zappa's own")
    return SimpleNamespace(
        zip_path=str(path), api_stage="dev", runtime="python3.13", architecture="arm64", stage_config={}
    )


def called(zappa: SimpleNamespace) -> Any:
    """The callback, run as Zappa runs it."""
    return runpy.run_path(str(TEMPLATE))["on_zip"](zappa)


def program(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An `lbuild` on PATH, and nothing else of that name."""
    folder.mkdir()
    path = folder / "lbuild"
    path.write_text(f"#!{sys.executable} -S\nimport os, sys\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


@pytest.mark.skipif(sys.platform == "win32", reason="programs are scripts here")
def test_the_callback_tells_lbuild_what_zappa_knows(
    zappa: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And keeps the user's modules away from it."""
    said = tmp_path / "said.json"
    script = f"import json; json.dump([sys.argv[1:], dict(os.environ)], open({str(said)!r}, 'w'))"
    program(tmp_path / "bin", script, monkeypatch)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "zappa", SimpleNamespace(__version__="0.63.0"))  # type: ignore[arg-type]
    zappa.stage_config = {"lbuild": ["requirements/prod.txt", "--fit"]}
    called(zappa)

    words, environ = json.loads(said.read_text())
    assert words == [
        *("zappa", "dev", "--archive", zappa.zip_path),
        *("--runtime", "python3.13", "--arch", "arm64", "--zappa-version", "0.63.0"),
        *("requirements/prod.txt", "--fit"),
    ]
    assert "PYTHONPATH" not in environ


@pytest.mark.skipif(sys.platform == "win32", reason="programs are scripts here")
def test_the_callback_ends_zappa_where_lbuild_fails(
    zappa: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "bin", "sys.exit(4)", monkeypatch)
    with pytest.raises(SystemExit) as caught:
        called(zappa)

    assert caught.value.code == 4
    assert not Path(zappa.zip_path).exists()


def test_the_callback_says_where_lbuild_is_missing(
    zappa: SimpleNamespace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit) as caught:
        called(zappa)

    assert caught.value.code == 6
    assert "lbuild cannot be run" in capsys.readouterr().err
    assert not Path(zappa.zip_path).exists()
