"""Whether libraries define the symbol versions that are wanted of them."""

import pytest

from factories.audits import audited, make_elf, told

CXX, NEW = "libstdc++.so.6", ("GLIBCXX_3.4.32",)
NEW_CXX = make_elf(soname=CXX, defines=NEW)


def wanting(library: str, *versions: str) -> dict[str, object]:
    return {"p/m.so": make_elf(library, wants={library: versions})}


@pytest.mark.parametrize(
    ("runtime", "library", "version", "severity", "code"),
    [
        ("python3.11", "libc.so.6", "GLIBC_2.26", None, None),
        ("python3.11", "libm.so.6", "GLIBC_2.27", "ERROR", "glibc-too-new"),
        ("python3.11", "libc.so.6", "GLIBC_2.2.5", None, None),
        ("python3.12", "libc.so.6", "GLIBC_2.34", None, None),
        ("python3.12", "libc.so.6", "GLIBC_2.35", "ERROR", "glibc-too-new"),
        ("python3.12", "libc.so.6", "GLIBC_ABI_DT_RELR", "ERROR", "glibc-too-new"),  # since 2.36
        ("python3.12", "libc.so.6", "GLIBC_ABI_GNU_TLS", "ERROR", "glibc-too-new"),  # since 2.42
        ("python3.12", "libc.so.6", "GLIBC_PRIVATE", None, None),
        ("python3.11", "libstdc++.so.6", "GLIBCXX_3.4.24", None, None),
        ("python3.11", "libstdc++.so.6", "GLIBCXX_3.4.25", "ERROR", "libstdcxx-too-new"),
        ("python3.11", "libstdc++.so.6", "CXXABI_1.3.12", "ERROR", "libstdcxx-too-new"),
        ("python3.11", "libstdc++.so.6", "CXXABI_FLOAT128", None, None),
        ("python3.12", "libstdc++.so.6", "GLIBCXX_3.4.29", None, None),
        ("python3.12", "libstdc++.so.6", "GLIBCXX_3.4.30", "WARNING", "libstdcxx-too-new"),  # there today
        ("python3.12", "libstdc++.so.6", "GLIBCXX_3.4.34", "ERROR", "libstdcxx-too-new"),
        ("python3.11", "libgcc_s.so.1", "GCC_7.0.0", None, None),
        ("python3.11", "libgcc_s.so.1", "GCC_12.0.0", "ERROR", "libgcc-too-new"),
        ("python3.12", "libgcc_s.so.1", "GCC_11.0", None, None),
        ("python3.12", "libgcc_s.so.1", "GCC_14.0.0", "WARNING", "libgcc-too-new"),
        ("python3.11", "libz.so.1", "ZLIB_1.2.9", "ERROR", "version-missing"),
        ("python3.12", "libz.so.1", "ZLIB_1.2.9", None, None),
        ("python3.12", "libz.so.1", "UNHEARD_OF_7", None, None),
    ],
)
def test_a_version_is_held_against_the_runtime(
    runtime: str, library: str, version: str, severity: str | None, code: str | None
) -> None:
    """A version that the runtime's library does not define keeps the file from loading."""
    found = audited(wanting(library, version), runtime=runtime)

    assert told(found) == ([(severity, code, "p/m.so")] if severity else [])


def test_the_newest_of_many_versions_is_told() -> None:
    """One line for each library is enough."""
    (finding,) = audited(wanting("libc.so.6", "GLIBC_2.38", "GLIBC_2.4", "GLIBC_2.36"), runtime="python3.11")

    assert finding.evidence == ("needs `GLIBC_2.38` of `libc.so.6`; python3.11 has 2.26",)
    assert "manylinux_2_26" in str(finding.hint)


def test_what_is_there_today_is_told_apart_from_what_is_sure() -> None:
    """A package update brought it, and nobody promised it."""
    (finding,) = audited(wanting("libstdc++.so.6", "GLIBCXX_3.4.30"), runtime="python3.13")

    assert finding.evidence == (
        "needs `GLIBCXX_3.4.30` of `libstdc++.so.6`; python3.13 has 3.4.29 for sure, 3.4.33 today",
    )


@pytest.mark.parametrize(
    ("defines", "codes"),
    [(("X_1", "X_2"), []), (("X_1",), ["version-missing"]), ((), [])],
    ids=["defined", "not defined", "the library has no versions"],
)
def test_a_version_wanted_of_a_bundled_library_is_looked_for_in_it(
    defines: tuple[str, ...], codes: list[str]
) -> None:
    """glibc dl-version.c; a library without versions serves with a word of warning."""
    found = audited(
        {
            "p/m.so": make_elf("libx.so", rpath=("$ORIGIN",), wants={"libx.so": ("X_2",)}),
            "p/libx.so": make_elf(soname="libx.so", defines=defines),
        }
    )

    assert [finding.code for finding in found] == codes


def test_a_bundled_library_of_the_compiler_counts_in_place_of_the_runtimes() -> None:
    """Found by RPATH, it is what the file gets."""
    module = make_elf(CXX, rpath=("$ORIGIN",), wants={CXX: NEW})

    assert audited({"p/m.so": module, f"p/{CXX}": NEW_CXX}, runtime="python3.11") == ()


def test_a_shadowed_library_does_not_count() -> None:
    """Its versions do not help a file that gets the runtime's."""
    module = make_elf(CXX, runpath=("$ORIGIN",), wants={CXX: NEW})
    found = audited({"p/m.so": module, f"p/{CXX}": NEW_CXX}, runtime="python3.11")

    assert [finding.code for finding in found] == ["libstdcxx-too-new", "shadowed"]


@pytest.mark.parametrize(("defines", "codes"), [(("X_2",), []), (("X_1",), ["version-missing"])])
def test_a_library_that_is_loaded_first_counts(defines: tuple[str, ...], codes: list[str]) -> None:
    """Wherever it came from, it is what serves."""
    found = audited(
        {
            "p/m.so": make_elf("libx.so", wants={"libx.so": ("X_2",)}),
            "q/libx.so": make_elf(soname="libx.so", defines=defines),
        }
    )

    assert [finding.code for finding in found if finding.code != "preloaded"] == codes


def test_a_version_of_a_missing_library_is_not_told() -> None:
    """That the library is missing says enough."""
    found = audited(wanting("libgone.so", "GLIBC_2.99"))

    assert [finding.code for finding in found] == ["missing-library"]
