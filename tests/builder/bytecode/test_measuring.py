"""What bytecode saves is measured by importing with it and without it."""

from pathlib import Path

import pytest

from builder.bytecode.compiling import Compilers
from builder.bytecode.measuring import measure_saving
from builder.bytecode.names import beside
from builder.bytecode.values import Compiled
from factories.interpreters import own_interpreter
from manylinux.errors import EnvironmentFault


def test_a_module_with_bytecode_imports_in_less_time(tmp_path: Path) -> None:
    """Without it, thousands of functions are compiled; the standard library's bytecode serves both."""
    interpreter = own_interpreter()
    source = b"".join(b"def f%d(a, b=1, *c): return [a + b for a in c if a]\n" % n for n in range(3000))
    with Compilers(interpreter) as compilers:
        outcome = compilers.compile("large.py", source)
    assert isinstance(outcome, Compiled)
    (tmp_path / "large.py").write_bytes(source)
    place = tmp_path / beside("large.py", interpreter.cache_tag)
    place.parent.mkdir()
    place.write_bytes(outcome.content)
    saving = measure_saving(interpreter, [tmp_path], ["large", "json"], rounds=2)

    assert saving.used < saving.unused / 2
    assert saving.reasons == {}


def test_what_does_not_import_is_told(tmp_path: Path) -> None:
    """It counts as far as it came."""
    (tmp_path / "bad.py").write_text("print('talk')\nraise SystemExit(3)\n")
    saving = measure_saving(own_interpreter(), [tmp_path], ["bad", "absent"], rounds=1)

    assert saving.reasons == {
        "bad": "SystemExit: 3",
        "absent": "ModuleNotFoundError: No module named 'absent'",
    }


def test_a_process_that_ends_is_an_error(tmp_path: Path) -> None:
    """There is no measure then."""
    (tmp_path / "crash.py").write_text("import os; os._exit(3)\n")
    with pytest.raises(EnvironmentFault):
        measure_saving(own_interpreter(), [tmp_path], ["crash"], rounds=1)
