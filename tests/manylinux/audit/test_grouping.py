import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.audits import audited, make_elf
from manylinux.audit.finding import Finding, Severity
from manylinux.audit.grouping import grouped
from manylinux.audit.module_name import package_of

FINDINGS = st.builds(
    Finding,
    code=st.sampled_from(["glibc-too-new", "missing-library"]),
    severity=st.sampled_from(Severity),
    path=st.sampled_from(["p/a.so", "p/b.so", "python/p/c.so", "q/d.so"]),
    evidence=st.sampled_from([(), ("one",), ("one", "two")]),
    hint=st.sampled_from([None, "do"]),
)


def test_equal_findings_of_one_package_are_told_once() -> None:
    """Whoever reads it sees one cause and how many files it has."""
    bad = make_elf("libc.so.6", wants={"libc.so.6": ("GLIBC_2.39",)})
    groups = grouped(audited({"p/b.so": bad, "p/a.so": bad, "q/c.so": bad}))

    assert [(group.package, group.paths) for group in groups] == [
        ("p", ("p/a.so", "p/b.so")),
        ("q", ("q/c.so",)),
    ]


@given(st.lists(FINDINGS, unique=True))
def test_grouping_loses_nothing(findings: list[Finding]) -> None:
    """Every finding is in one group, and the order they came in does not matter."""
    groups = grouped(findings)
    apart = [
        Finding(code=group.code, severity=group.severity, path=path, evidence=group.evidence, hint=group.hint)
        for group in groups
        for path in group.paths
    ]

    assert len(apart) == len(findings)
    assert set(apart) == set(findings)
    assert groups == grouped(reversed(findings))
    assert [group.severity for group in groups] == sorted((group.severity for group in groups), reverse=True)


@pytest.mark.parametrize(
    ("path", "package"),
    [
        ("numpy/core/x.so", "numpy"),
        ("numpy.libs/x.so", "numpy.libs"),
        ("_cffi_backend.abi3.so", "_cffi_backend"),
        ("python/numpy/x.so", "numpy"),
        ("python/lib/python3.13/site-packages/numpy/x.so", "numpy"),
        ("/opt/python/numpy/x.so", "numpy"),
        ("/var/task/numpy/x.so", "numpy"),
        ("/opt/lib/libpq.so.5", "lib"),
        ("python", "python"),
    ],
)
def test_a_package_is_what_is_on_top_of_what_is_imported(path: str, package: str) -> None:
    """In a function and in a layer alike."""
    assert package_of(path) == package
