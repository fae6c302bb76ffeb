"""Stubs, sources, libraries and translations: what goes, and what code keeps."""

import pytest

from builder.model import Slimming
from builder.slim.rules import rules
from builder.slim.values import SharedObject
from factories.slimming import dropped_paths, make_decision

ARCHIVE = b"!<arch>\n"


def test_stubs_go_and_their_mark_stays() -> None:
    """`py.typed` has no bytes; type checkers read stubs, the interpreter does not."""
    assert dropped_paths({"a/__init__.py": "", "a/x.pyi": "", "a/py.typed": ""}) == ["a/x.pyi"]


def test_a_stub_that_the_module_beside_it_attaches_stays() -> None:
    """`lazy_loader.attach_stub` reads it at import; what it imports counts as imported."""
    wheel = {
        "a/__init__.py": "x = lazy.attach_stub(__name__, __file__)",
        "a/__init__.pyi": "from .tests import f",
        "a/b.pyi": "",
        "a/tests/__init__.py": "",
    }

    assert dropped_paths(wheel) == ["a/b.pyi"]


def test_stubs_stay_in_a_wheel_that_reads_stubs() -> None:
    """A type checker's own, such as typeshed."""
    assert dropped_paths({"a/__init__.py": "path = name + '.pyi'", "a/typeshed/os.pyi": ""}) == []


@pytest.mark.parametrize(
    "path", ["a/x.c", "a/x.HPP", "a/x.pyx", "a/x.pxd.tp", "a/include/x.h", "a/x.f90", "a/x.cuh"]
)
def test_sources_go(path: str) -> None:
    """Nothing compiles on Lambda."""
    assert dropped_paths({"a/__init__.py": "", path: ""}) == [path]


@pytest.mark.parametrize(
    "code",
    [
        "open('x.h')",
        "glob('*.h')",
        "name.endswith('.h')",
        "compile('''#include \"x.h\"\n''')",
        "compile('#include <a/x.h>')",
    ],
)
def test_sources_stay_together_where_code_names_one(code: str) -> None:
    """They include each other."""
    assert dropped_paths({"a/__init__.py": code, "a/x.h": "", "a/y.c": ""}) == []


@pytest.mark.parametrize(
    "wheel",
    [
        {"a/include/x.h": ""},  # headers alone: another project's compiler reads them
        {"a/__init__.py": "", "a/zig": b"\x7fELF", "a/lib/x.h": ""},  # a compiler
    ],
)
def test_sources_stay_where_what_reads_them_is_not_known(wheel: dict[str, str | bytes]) -> None:
    """A wheel without modules, or with a program."""
    assert dropped_paths(wheel) == []


def test_static_libraries_go_by_their_content() -> None:
    """`.a` and `.lib` may be anything else."""
    wheel = {"a/__init__.py": "", "a/x.a": ARCHIVE, "a/y.lib": ARCHIVE, "a/model.lib": "* a transistor"}

    assert dropped_paths(wheel) == ["a/x.a", "a/y.lib"]


def test_translations_go_beside_their_compiled_form() -> None:
    """A `.po` alone may be read."""
    folder = "a/locale/de/LC_MESSAGES"
    wheel = {"a/__init__.py": "", f"{folder}/x.po": "", f"{folder}/x.mo": "", f"{folder}/y.po": ""}

    assert dropped_paths(wheel) == [f"{folder}/x.po"]


LIBRARIES = {
    "a/__init__.py": "",
    "a/_ext.abi3.so": "1",
    "a/libx.so": "2",
    "a/libx.so.1": "2",
    "a/libx.so.1.0": "2",
}
FACTS = {
    (0, "a/_ext.abi3.so"): SharedObject(soname=None, needed=("libx.so.1",), is_module=True),
    **{
        (0, path): SharedObject(soname="libx.so.1", needed=(), is_module=False)
        for path in ("a/libx.so", "a/libx.so.1", "a/libx.so.1.0")
    },
}


def test_further_copies_of_a_library_go() -> None:
    """The one that others need stays, as pyarrow has it."""
    dropped = make_decision(LIBRARIES, shared_objects=FACTS).dropped

    assert dropped == {(0, "a/libx.so"): "library-copies", (0, "a/libx.so.1.0"): "library-copies"}


def test_a_copy_that_code_names_stays() -> None:
    """For ctypes."""
    wheel = {**LIBRARIES, "a/__init__.py": "CDLL(join(here, 'libx.so'))"}

    assert make_decision(wheel, shared_objects=FACTS).dropped == {(0, "a/libx.so.1.0"): "library-copies"}


def test_a_copy_that_a_library_names_stays() -> None:
    """For dlopen."""
    wheel = {**LIBRARIES, "a/_ext.abi3.so": b"\0libx.so.1.0\0"}

    assert make_decision(wheel, shared_objects=FACTS).dropped == {(0, "a/libx.so"): "library-copies"}


def test_copies_stay_where_nothing_is_known_of_them() -> None:
    """No facts, no decision."""
    assert make_decision(LIBRARIES).dropped == {}


def test_documentation_goes_only_in_the_small_profile() -> None:
    """Never a licence, and nothing that a string names."""
    wheel = {
        "a/__init__.py": "open('shown.md')",
        "a/README.md": "",
        "a/LICENSE.md": "",
        "a/shown.md": "",
        "share/man/man1/a.1": "",
    }

    assert dropped_paths(wheel) == []
    assert dropped_paths(wheel, profile=Slimming.SMALL) == ["a/README.md", "share/man/man1/a.1"]


def test_nothing_goes_without_a_profile() -> None:
    """`none` copies wheels as they are."""
    assert (
        dropped_paths({"a/__init__.py": "", "a/x.pyi": "", "a/tests/x.py": ""}, profile=Slimming.NONE) == []
    )


def test_every_rule_states_its_risk() -> None:
    """And `small` drops all that `safe` drops."""
    for rule in rules().values():
        assert rule.risk
        assert rule.drops
        assert Slimming.SMALL in rule.profiles
        assert Slimming.NONE not in rule.profiles
