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
NEEDS = {
    "p/a.so": ("libX11.so.6",),
    "p/b.so": ("libGL.so.1", "libX11.so.6"),
    "p/c.so": ("libGL.so.1",),
}


def test_equal_findings_of_one_package_are_told_once() -> None:
    """Whoever reads it sees one cause and how many files it has."""
    bad = make_elf("libc.so.6", wants={"libc.so.6": ("GLIBC_2.39",)})
    groups = grouped(audited({"p/b.so": bad, "p/a.so": bad, "q/c.so": bad}))

    assert [(group.package, group.paths) for group in groups] == [
        ("p", ("p/a.so", "p/b.so")),
        ("q", ("q/c.so",)),
    ]


def test_what_one_step_mends_is_told_once() -> None:
    """Of the evidence, how many files each line is about, and where was looked at the end."""
    needing = {name: make_elf(*names) for name, names in NEEDS.items()}
    (group,) = grouped(audited(needing))

    assert group.paths == ("p/a.so", "p/b.so", "p/c.so")
    assert group.evidence[:2] == ("needs `libX11.so.6` (2 files)", "needs `libGL.so.1` (2 files)")
    assert group.evidence[-1].startswith("looked in: ")


@given(st.lists(FINDINGS, unique=True))
def test_grouping_loses_nothing(findings: list[Finding]) -> None:
    """Every file is in a group with its own evidence, and the order they came in does not matter."""
    groups = grouped(findings)
    by_cause = {(group.severity, group.code, group.package, group.hint): group for group in groups}

    assert sum(len(group.paths) for group in groups) == len(findings)
    for finding in findings:
        group = by_cause[finding.severity, finding.code, package_of(finding.path), finding.hint]
        told = {line.partition(" (")[0] for line in group.evidence}
        assert finding.path in group.paths
        assert told.issuperset(finding.evidence)
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
