"""Whether files get the libraries they need, and those that they were meant to get."""

import pytest

from factories.audits import audited, make_elf, told
from manylinux.elf.facts import Binary, Machine

LIBX = make_elf(soname="libx.so.1")


def test_a_missing_library_is_an_error_that_says_where_it_was_looked_for() -> None:
    """As the loader would fail, so the audit fails."""
    (finding,) = audited(
        {"cv2/cv2.abi3.so": make_elf("libGL.so.1", "libc.so.6", rpath=("$ORIGIN/../cv2.libs",))}
    )

    assert (finding.severity.name, finding.code) == ("ERROR", "missing-library")
    assert finding.evidence == (
        "needs `libGL.so.1`",
        "looked in: /var/task/cv2.libs, LD_LIBRARY_PATH, /lib64, /usr/lib64",
    )
    assert "opencv-python-headless" in str(finding.hint)


@pytest.mark.parametrize(
    ("path", "library", "advice"),
    [
        ("opencv_python.libs/libQt5Gui.so.5", "libGL.so.1", "opencv-python-headless"),
        ("python/cv2/cv2.abi3.so", "libGL.so.1", "opencv-python-headless"),
        ("psycopg2/_psycopg.so", "libpq.so.5", "psycopg2-binary"),
        ("MySQLdb/_mysql.so", "libmysqlclient.so.21", "PyMySQL"),
        ("pyodbc.abi3.so", "libodbc.so.2", "unixODBC"),
        ("p/m.so", "libGL.so.1", "screen"),
        ("p/m.so", "libcuda.so.1", "GPU"),
        ("p/m.so", "libpython3.9.so.1.0", "another Python"),
        ("p/m.so", "libwhatever.so.1", "auditwheel repair"),
    ],
)
def test_the_advice_is_for_the_library(path: str, library: str, advice: str) -> None:
    """A person reads what to do, not what is the matter in general."""
    (finding,) = audited({path: make_elf(library)})

    assert advice in str(finding.hint)


@pytest.mark.parametrize("prefix", ["", "python/", "python/lib/python3.13/site-packages/"])
def test_what_a_package_does_without_is_a_warning(prefix: str) -> None:
    """numba tries threading layers until one loads."""
    (finding,) = audited({f"{prefix}numba/np/ufunc/omppool.so": make_elf("libgomp.so.1")})

    assert (finding.severity.name, finding.code) == ("WARNING", "missing-library")
    assert finding.evidence[-1].startswith("numba does without it")


def test_a_library_that_is_there_today_is_a_warning() -> None:
    """The package manager needs it; nobody promises it."""
    (finding,) = audited({"p/m.so": make_elf("libssl.so.3", "libz.so.1", "libffi.so.8")})

    assert (finding.severity.name, finding.code) == ("WARNING", "present-library")
    assert [line.split("`")[1] for line in finding.evidence] == ["libssl.so.3", "libffi.so.8"]


def test_a_library_that_a_package_loads_first_is_a_note() -> None:
    """`import pyarrow` loads libarrow before anything that needs it and could not find it."""
    found = audited({"p/m.so": make_elf("libx.so.1"), "q/lib/libx.so.1": LIBX})

    assert told(found) == [("NOTE", "preloaded", "p/m.so")]
    assert "`q/lib/libx.so.1`" in found[0].evidence[0]


def test_a_file_without_a_soname_does_not_serve_by_being_loaded_first() -> None:
    """The loader knows it by its path alone (glibc dl-load.c, _dl_name_match_p)."""
    found = audited({"p/m.so": make_elf("libx.so.1"), "q/lib/libx.so.1": make_elf()})

    assert told(found) == [("ERROR", "missing-library", "p/m.so")]
    assert any("answers to no name" in line for line in found[0].evidence)


def test_a_file_without_a_soname_serves_once_something_found_it_by_name() -> None:
    """Then the loader knows it by the name it was asked for."""
    found = audited(
        {
            "p/m.so": make_elf("libx.so.1"),
            "q/n.so": make_elf("libx.so.1", rpath=("$ORIGIN/lib",)),
            "q/lib/libx.so.1": make_elf(),
        }
    )

    assert told(found) == [("NOTE", "preloaded", "p/m.so")]


def test_a_library_for_another_machine_is_named_where_it_was_wanted() -> None:
    """The loader passes over it and says that there is none."""
    arm = make_elf(soname="libx.so.1", machine=Machine.AARCH64, machine_name="AArch64")
    found = audited({"p/m.so": make_elf("libx.so.1", rpath=("$ORIGIN",)), "p/libx.so.1": arm})
    missing = next(finding for finding in found if finding.code == "missing-library")

    assert "`p/libx.so.1` is for another machine" in missing.evidence


@pytest.mark.parametrize(
    ("path", "runpath"), [("lib/libz.so.1", ()), ("p.libs/libz.so.1", ("$ORIGIN/../p.libs",))]
)
def test_a_library_that_loses_to_the_system_is_told(path: str, runpath: tuple[str, ...]) -> None:
    """The system's folders come first in LD_LIBRARY_PATH, and that comes before RUNPATH."""
    found = audited({"p/m.so": make_elf("libz.so.1", runpath=runpath), path: make_elf(soname="libz.so.1")})

    assert told(found) == [("WARNING", "shadowed", path)]
    assert "`p/m.so`" in found[0].evidence[1]


@pytest.mark.parametrize(
    "files",
    [
        {"p/m.so": make_elf("libz.so.1", rpath=("$ORIGIN",)), "p/libz.so.1": make_elf(soname="libz.so.1")},
        {"p/m.so": make_elf("libz.so.1"), "q/libz.so.1": make_elf(soname="libz.so.1")},
    ],
    ids=["found by RPATH", "never meant to be found"],
)
def test_a_library_that_does_not_lose_is_not_told(files: dict[str, Binary]) -> None:
    """RPATH comes before LD_LIBRARY_PATH; a library in a folder that nobody names plays no part."""
    assert audited(files) == ()


def test_libraries_that_need_each_other_are_audited() -> None:
    """Though nothing else loads them."""
    found = audited(
        {
            "p/liba.so": make_elf("libb.so", "libgone.so", soname="liba.so", rpath=("$ORIGIN",)),
            "p/libb.so": make_elf("liba.so", soname="libb.so", rpath=("$ORIGIN",)),
        }
    )

    assert told(found) == [("ERROR", "missing-library", "p/liba.so")]


def test_a_layer_is_audited_where_it_is_unpacked() -> None:
    """`python/` is under /opt, and so is what $ORIGIN says."""
    files: dict[str, Binary] = {
        "python/p/m.so": make_elf("libx.so.1", "liby.so", rpath=("/opt/python/p.libs",)),
        "python/p.libs/libx.so.1": LIBX,
        "lib/liby.so": make_elf(),
    }

    assert audited(files, root="/opt") == ()
    assert told(audited(files)) == [("NOTE", "preloaded", "python/p/m.so")]


def test_a_function_finds_what_its_layer_brings() -> None:
    """Absolute paths stand for themselves."""
    assert (
        audited({"m.so": make_elf("libpq.so.5"), "/opt/lib/libpq.so.5": make_elf(soname="libpq.so.5")}) == ()
    )
