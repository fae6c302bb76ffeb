"""Which Python may compile for a runtime."""

from dataclasses import replace
from pathlib import Path

from builder.bytecode.interpreter import find_compiler, unfit
from factories.interpreters import interpreter_of, own_interpreter
from manylinux.runtimes import find_runtime
from prebuilt_index.store import Store


def test_a_final_one_of_the_same_minor_version_compiles(tmp_path: Path) -> None:
    """Wherever it is found."""
    expected = interpreter_of("3.13")
    with Store.open(tmp_path / "store") as store:
        found, note = find_compiler(find_runtime("3.13"), {"PATH": str(expected.path.parent)}, store)

    assert (found, note) == (expected, "")


def test_a_preview_gets_no_bytecode(tmp_path: Path) -> None:
    """Its magic number may change before it is final, whatever is installed here."""
    runtime = replace(find_runtime("3.13"), preview=True)
    with Store.open(tmp_path / "store") as store:
        found, note = find_compiler(runtime, {"PATH": str(own_interpreter().path.parent)}, store)

    assert found is None
    assert "preview" in note


def test_without_an_interpreter_a_note_says_how_to_get_one(tmp_path: Path) -> None:
    """The bundle loads all the same, and starts more slowly."""
    runtime = replace(find_runtime("3.13"), python="3.99")
    with Store.open(tmp_path / "store") as store:
        found, note = find_compiler(runtime, {"PATH": "/nowhere"}, store)

    assert found is None
    assert "uv python install 3.99" in note


def test_what_would_compile_otherwise_than_lambda_is_unfit() -> None:
    """Pre-releases, by what they say or by their magic number, free threading, 32 bits."""
    fit = replace(own_interpreter(), version="3.13.0", magic=3571)

    assert unfit(fit) == ""
    assert unfit(replace(fit, version="3.99.0")) == ""
    assert "pre-release" in unfit(replace(fit, is_final=False, version="3.13.0rc2"))
    assert "pre-release" in unfit(replace(fit, magic=3570))
    assert "free threading" in unfit(replace(fit, has_gil=False))
    assert "32-bit" in unfit(replace(fit, bits=32))
