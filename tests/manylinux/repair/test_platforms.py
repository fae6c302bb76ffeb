"""The oldest manylinux platform that has what compiled files want."""

from itertools import pairwise

import pytest

from factories.audits import make_elf, make_policy
from factories.targets import every_target
from manylinux.policy.policy import policy_of
from manylinux.policy.symbol_versions import numbers_of
from manylinux.repair.platforms import needed_glibc, parse_platforms, platform_tags, platforms


@pytest.mark.parametrize(
    ("library", "version", "glibc"),
    [
        ("libc.so.6", "GLIBC_2.2.5", (2, 5)),
        ("libc.so.6", "GLIBC_2.14", (2, 14)),
        ("libm.so.6", "GLIBC_2.29", (2, 29)),
        ("libc.so.6", "GLIBC_PRIVATE", (2, 5)),
        ("libc.so.6", "GLIBC_ABI_DT_RELR", (2, 36)),
        ("libc.so.6", "GLIBC_ABI_FROM_THE_FUTURE", (2, 99)),
        ("libstdc++.so.6", "GLIBCXX_3.4.8", (2, 5)),
        ("libstdc++.so.6", "GLIBCXX_3.4.9", (2, 12)),
        ("libstdc++.so.6", "GLIBCXX_3.4.21", (2, 24)),
        ("libstdc++.so.6", "GLIBCXX_3.4.99", (2, 99)),
        ("libstdc++.so.6", "CXXABI_1.3.8", (2, 24)),
        ("libstdc++.so.6", "CXXABI_TM_1", (2, 5)),
        ("libgcc_s.so.1", "GCC_7.0.0", (2, 26)),
        ("libz.so.1", "ZLIB_1.2.9", (2, 31)),
        ("libmine-1a2b3c4d.so.1", "GLIBCXX_3.4.99", (2, 5)),  # what the wheel brings itself
        ("libc.so.6", "UNHEARD_OF_9", (2, 5)),
    ],
)
def test_every_version_asks_for_a_glibc(library: str, version: str, glibc: tuple[int, int]) -> None:
    file = make_elf(library, wants={library: (version,)})

    assert needed_glibc([make_elf(), file], make_policy("python3.11")) == glibc


def test_aarch64_begins_with_2_17() -> None:
    """There was no manylinux for it before, and its glibc begins with 2.17."""
    assert needed_glibc([], make_policy("python3.11", "arm64")) == (2, 17)


@pytest.mark.parametrize(
    ("glibc", "tags"),
    [
        ((2, 5), "manylinux1_x86_64.manylinux_2_5_x86_64"),
        ((2, 12), "manylinux2010_x86_64.manylinux_2_12_x86_64"),
        ((2, 14), "manylinux_2_14_x86_64"),
        ((2, 17), "manylinux2014_x86_64.manylinux_2_17_x86_64"),
    ],
)
def test_older_names_stand_beside_the_newer(glibc: tuple[int, int], tags: str) -> None:
    assert platform_tags(glibc, "x86_64") == tags


def test_what_a_runtime_is_sure_to_have_is_a_platform_it_loads() -> None:
    """The table and the runtimes' own agree: no wheel passes the audit and gets a tag that is refused."""
    for target in every_target():
        policy = policy_of(target)
        row = next(row for row in platforms() if row.glibc == target.glibc)
        found = {family: policy.newest[family] for family in row.newest}

        assert {family: numbers_of(version) for family, version in found.items()} == {
            family: numbers_of(version) for family, version in row.newest.items()
        }


def test_newer_systems_have_no_less() -> None:
    rows = platforms()
    for older, newer in pairwise(rows):
        assert all(
            numbers_of(older.newest[family]) <= numbers_of(newer.newest[family]) for family in older.newest
        )


ROW = '[[platform]]\nglibc = "{}"\nGLIBCXX = "3.4"\nCXXABI = "1.3"\nGCC = "4.2.0"\nZLIB = "{}"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ROW.format("2.17", "1") + ROW.format("2.5", "1"), "not sorted"),
        (ROW.format("2.17", "1") * 2, "twice"),
        (ROW.format("2", "1"), "a version is no number"),
        (ROW.format("2.17", "x"), "a version is no number"),
        (ROW.format("2.17", "1") + 'LIBATOMIC = "1"\n', "unknown key `LIBATOMIC`"),
        ("[[platform]]\n", "`glibc` is missing"),
    ],
)
def test_a_table_that_nobody_expects_is_refused(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse_platforms(text)
