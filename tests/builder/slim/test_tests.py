"""Test modules and what lies beside them: what goes, what stays, and what keeps it."""

import zlib

import pytest

from factories.slimming import dropped_paths, make_decision

PACKAGE = {
    "pkg/__init__.py": "",
    "pkg/core.py": "",
    "pkg/tests/__init__.py": "",
    "pkg/tests/test_core.py": "from .common import f\n",
    "pkg/tests/common.py": "",
    "pkg/tests/data/x.csv": "",
    "pkg/conftest.py": "",
}
TESTS = sorted(path for path in PACKAGE if "test" in path)
KEPT_BY_TEST_CORE = ["pkg/tests/__init__.py", "pkg/tests/common.py", "pkg/tests/test_core.py"]


def test_what_nothing_reaches_goes() -> None:
    """Modules, their data, and the conftest."""
    decision = make_decision(PACKAGE)

    assert sorted(path for _, path in decision.dropped) == TESTS
    assert decision.dropped[0, "pkg/tests/data/x.csv"] == "test-data"
    assert decision.dropped[0, "pkg/conftest.py"] == "test-modules"


@pytest.mark.parametrize(
    "code", ["from pkg.tests import test_core", "import_module('.tests.test_core', 'pkg')"]
)
def test_what_a_module_reaches_stays_with_what_that_reaches(code: str) -> None:
    """A reached test module keeps its package and what it imports itself, and no more."""
    decision = make_decision({**PACKAGE, "pkg/core.py": code})
    kept = [path for _, path in sorted(decision.kept) if path.endswith(".py")]

    assert kept == KEPT_BY_TEST_CORE
    assert decision.kept[0, "pkg/tests/common.py"] == "pkg.tests.test_core"
    assert decision.kept[0, "pkg/tests/test_core.py"] == "pkg.core"


def test_another_wheel_keeps_a_test_module() -> None:
    """The graph is that of the whole bundle."""
    decision = make_decision(PACKAGE, {"other.py": "import pkg.tests.common"})

    assert decision.kept[0, "pkg/tests/common.py"] == "other"


def test_the_app_keeps_a_test_module() -> None:
    """And the app's source is part of it; nothing of the source itself goes."""
    source = {"app.py": "from pkg.tests import common", "tests/test_app.py": ""}
    decision = make_decision(PACKAGE, source=source)

    assert decision.kept[0, "pkg/tests/common.py"] == "the app: app"
    assert (0, "tests/test_app.py") not in decision.dropped


def test_an_entry_point_keeps_a_test_module() -> None:
    """networkx names `networkx.classes.tests.dispatch_interface`."""
    points = "[networkx.backends]\nx = pkg.tests.common:f\n"
    decision = make_decision({**PACKAGE, "pkg-1.dist-info/entry_points.txt": points})

    assert decision.kept[0, "pkg/tests/common.py"] == "an entry point"


def test_nothing_goes_below_a_folder_that_an_entry_point_names() -> None:
    """numpy's `pkg_config` names a folder that is no package."""
    wheel = {**PACKAGE, "pkg/lib/config/x.h": "", "pkg/lib/y.h": ""}
    points = "[pkg_config]\npkg = pkg.lib.config\n"
    dropped = dropped_paths({**wheel, "pkg-1.dist-info/entry_points.txt": points})

    assert "pkg/lib/config/x.h" not in dropped
    assert "pkg/lib/y.h" in dropped


def test_an_entry_point_that_names_a_whole_project_says_nothing_of_its_tests() -> None:
    """numpy's `array_api` names `numpy`."""
    points = "[array_api]\npkg = pkg\n"

    assert dropped_paths({**PACKAGE, "pkg-1.dist-info/entry_points.txt": points}) == TESTS


def test_public_testing_modules_stay() -> None:
    """`testing`, and files that only are called like tests."""
    wheel = {
        "pkg/__init__.py": "",
        "pkg/testing/__init__.py": "",
        "pkg/test_real.py": "",
        "pkg/testsuite/x.py": "",
    }

    assert dropped_paths(wheel) == []


def test_data_in_a_folder_called_test_stays() -> None:
    """Without modules such a folder is no folder of tests, such as half of a training set."""
    assert dropped_paths({"pkg/__init__.py": "", "pkg/data/test/x.csv": ""}) == []


def test_a_project_to_be_filled_in_stays_whole() -> None:
    """What `cookiecutter` copies: no import finds a folder of such a name, so its tests are data."""
    template = "pkg/new/{{cookiecutter.name}}/tests"
    wheel = {
        "pkg/__init__.py": "",
        f"{template}/__init__.py": "",
        f"{template}/test_{{{{name}}}}.py": "from {{name}} import",
        f"{template}/conftest.py": "",
    }

    assert dropped_paths(wheel) == []


@pytest.mark.parametrize(
    "code", ["DATA = files('pkg') / 'tests'", "join(dirname(__file__), 'tests')", "files('pkg.tests')"]
)
def test_a_suite_that_code_reads_stays_with_its_data(code: str) -> None:
    """Tests as what a wheel is for, such as a specification's: the folder is named, files are listed."""
    wheel = {
        "pkg/__init__.py": code,
        "pkg/tests/__init__.py": "",
        "pkg/tests/a.json": "",
        "pkg/tests/draft/b.json": "",
        "pkg/other/tests/__init__.py": "",
        "pkg/other/tests/c.json": "",
    }

    assert dropped_paths(wheel) == ["pkg/other/tests/__init__.py", "pkg/other/tests/c.json"]


@pytest.mark.parametrize("path", ["pkg/data/test/x.py.txt", "pkg/data/tests/1/x.py", "pkg/data/test/x-1.py"])
def test_python_that_no_import_finds_is_data(path: str) -> None:
    """Samples for a program that reads Python: a folder with nothing else is no folder of tests."""
    assert dropped_paths({"pkg/__init__.py": "", path: "print 1"}) == []


def test_a_wheel_of_tests_alone_stays() -> None:
    """They are what somebody asked for."""
    assert dropped_paths({"tests/__init__.py": "", "tests/x.py": ""}) == []


def test_metadata_and_licences_stay() -> None:
    """Whatever folder a licence lies in."""
    wheel = {**PACKAGE, "pkg-1.dist-info/licenses/tests/LICENSE.py": "", "pkg/tests/data/LICENSE.txt": ""}

    assert dropped_paths(wheel) == TESTS


def test_data_named_by_a_string_stays() -> None:
    """The last part of its path is enough."""
    decision = make_decision({**PACKAGE, "pkg/core.py": "open(join(here, 'x.csv'))"})

    assert decision.kept[0, "pkg/tests/data/x.csv"] == "a string"


def test_data_stays_beside_a_module_that_stays() -> None:
    """In its own folder; in one below where some test module that stays names that."""
    wheel = {**PACKAGE, "pkg/core.py": "import pkg.tests.common", "pkg/tests/y.csv": ""}
    named = {**wheel, "pkg/tests/common.py": "join(here, 'data')"}

    assert "pkg/tests/y.csv" not in dropped_paths(wheel)
    assert "pkg/tests/data/x.csv" in dropped_paths(wheel)
    assert "pkg/tests/data/x.csv" not in dropped_paths(named)


def test_a_family_of_names_keeps_all_of_it() -> None:
    """A name finished at run time may be any."""
    decision = make_decision({**PACKAGE, "pkg/core.py": "import_module(f'pkg.tests.{name}')"})

    assert (0, "pkg/tests/test_core.py") in decision.kept


def test_a_vendored_project_is_found_by_its_own_name() -> None:
    """A folder inside a package may be put on sys.path."""
    wheel = {"pkg/__init__.py": "import inner.tests.x", "pkg/_vendor/inner/tests/x.py": ""}

    assert dropped_paths(wheel) == []


@pytest.mark.parametrize(
    "content",
    [
        b"\x7fELF\0PyInit_core\0pkg.tests.common\0",
        b"\x7fELF\0PyInit_core\0tests.common\0",
        b"\x7fELF\0PyInit_core\0decompress\0"
        + zlib.compress(b"onepkg.tests.commonother")
        + b"\0",  # Cython 3.2
    ],
)
def test_a_compiled_module_keeps_what_its_strings_name(content: bytes) -> None:
    """Whole names, names from its package on, and names in a table that is compressed."""
    decision = make_decision({**PACKAGE, "pkg/core.cpython-313-x86_64-linux-gnu.so": content})

    assert decision.kept[0, "pkg/tests/common.py"] == "pkg (compiled)"


def test_prose_in_a_compiled_module_keeps_nothing() -> None:
    """A word among others is no string of its own."""
    content = b"\x7fELF\0PyInit_core\0some tests of it\0the latest\0"

    assert dropped_paths({**PACKAGE, "pkg/core.abi3.so": content}) == TESTS


def test_a_test_module_that_is_compiled_goes_and_keeps_like_any_other() -> None:
    """Extension modules in test folders are test modules."""
    wheel = {**PACKAGE, "pkg/tests/_fast.abi3.so": b"\x7fELF\0pkg.tests.common\0"}
    reached = {**wheel, "pkg/core.py": "from pkg.tests import _fast"}

    assert "pkg/tests/_fast.abi3.so" in dropped_paths(wheel)
    assert "pkg/tests/common.py" not in dropped_paths(reached)


def test_source_that_no_python_parses_keeps_every_name_in_it() -> None:
    """Python 2, templates, and whatever else lies in wheels."""
    decision = make_decision({**PACKAGE, "pkg/old.py": "print 'it''s\nexec \"pkg.tests.common"})

    assert (0, "pkg/tests/common.py") in decision.kept


@pytest.mark.parametrize(
    "content",
    [
        "print 'x'\nfrom pkg.tests.common import f\n",  # Python 2
        "{% if x %}\nfrom pkg.tests.common import f\n{% endif %}\n",  # a template
        "match x:\n  case {**tests}: pass\ntype X[*T] = T\nimport pkg.tests.common as f\n",  # newer than any
        b"\xef\xbb\xbffrom pkg.tests.common import f # \xff\n",  # of no encoding
        "<<<<<<< ours\nfrom pkg.tests.common import f\n=======\n>>>>>>> theirs\n",
        "def f(:\n    '''pkg.tests.common\n",  # a string without an end
        "\0\nimport pkg.tests.common\n",
    ],
)
@pytest.mark.parametrize("path", ["pkg/odd.py", "pkg/tests/test_core.py"])
def test_source_that_does_not_parse_keeps_and_goes_like_any_other(content: str | bytes, path: str) -> None:
    """As a module, it keeps what it names; as a test that nothing reaches it goes; reached, it keeps too."""
    reached = {**PACKAGE, "pkg/core.py": "import pkg.tests.test_core", path: content}

    assert "pkg/tests/common.py" not in dropped_paths(reached)
    assert "pkg/odd.py" not in dropped_paths({**PACKAGE, path: content})
    assert "pkg/tests/test_core.py" in dropped_paths({**PACKAGE, path: content})


def test_packages_never_change_their_kind() -> None:
    """A kept test module keeps each `__init__` above it, and none is kept or made where there was none."""
    wheel = {
        "pkg/__init__.py": "import pkg.tests.deep.tests.x",
        "pkg/tests/deep/__init__.py": "",
        "pkg/tests/deep/tests/__init__.py": "",
        "pkg/tests/deep/tests/x.py": "",
        "pkg/tests/other/__init__.py": "",
    }

    assert dropped_paths(wheel) == ["pkg/tests/other/__init__.py"]


def test_tests_below_a_folder_that_an_entry_point_names_keep_what_they_import() -> None:
    """They stay as they were, so what they need does."""
    wheel = {
        **PACKAGE,
        "pkg/plugin/__init__.py": "",
        "pkg/plugin/tests/test_plugin.py": "from pkg.tests import common",
        "pkg-1.dist-info/entry_points.txt": "[x]\ny = pkg.plugin:z\n",
    }
    decision = make_decision(wheel)

    assert decision.kept[0, "pkg/tests/common.py"] == "pkg.plugin.tests.test_plugin"


def test_a_script_keeps_what_it_imports() -> None:
    """Commands of a wheel may be kept, and are Python."""
    script = {"pkg-1.data/scripts/run": "#!python\nfrom pkg.tests import common\n"}

    assert "pkg/tests/common.py" not in dropped_paths({**PACKAGE, **script})


def test_a_pth_file_keeps_what_it_imports() -> None:
    """It runs at every start."""
    assert "pkg/tests/common.py" not in dropped_paths({**PACKAGE, "x.pth": "import pkg.tests.common\n"})
