"""Which Python of a machine builds: one that can compile, before one that comes first."""

import sys
from pathlib import Path

import pytest

from builder.composing.native import _found, without_headers
from builder.interpreter.finding import search
from factories.interpreters import shell_script
from prebuilt_index.store import Store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs are shell scripts")

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"


def python(folder: Path, *, headers: bool) -> None:
    """This Python in a folder of PATH, which says that it has headers or none."""
    answer = str(headers).lower()
    text = f'"{sys.executable}" "$@" | sed -E \'s/"has_headers": (true|false)/"has_headers": {answer}/\''
    shell_script(folder / f"python{HERE}", text)


def test_one_with_headers_goes_first(tmp_path: Path) -> None:
    """A distribution's without its development package comes first on PATH, and is passed over."""
    python(tmp_path / "first", headers=False)
    python(tmp_path / "second", headers=True)
    path = f"{tmp_path / 'first'}:{tmp_path / 'second'}:/usr/bin:/bin"
    found = search(HERE, {"PATH": path, "PYENV_ROOT": "/nowhere"}, without_headers, running="/nowhere").found

    assert found is not None
    assert found.has_headers


def test_one_without_is_better_than_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What turns out to be pure needs no headers."""
    python(tmp_path / "first", headers=False)
    monkeypatch.setenv("PATH", f"{tmp_path / 'first'}:/usr/bin:/bin")
    monkeypatch.setenv("PYENV_ROOT", "/nowhere")
    monkeypatch.setattr(sys, "executable", "/nowhere")
    with Store.open(tmp_path / "store") as store:
        found, _ = _found(HERE, store)

    assert found is not None
    assert found.version.startswith(HERE)
