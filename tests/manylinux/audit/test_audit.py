from hypothesis import given
from hypothesis import strategies as st

from factories.audits import audited, make_elf
from manylinux.audit.finding import Severity
from manylinux.elf.facts import Binary, ElfFacts, Foreign, Kind, Machine, Unreadable

WORDS = st.sampled_from(
    ["libc.so.6", "libx.so", "$ORIGIN", "", "/", "a/b", "$", "..", "lib\ud800.so", "GLIBC_²", "_"]
)
TUPLES = st.lists(WORDS, max_size=3).map(tuple)
ELF = st.builds(
    ElfFacts,
    machine=st.sampled_from(Machine),
    machine_name=WORDS,
    kind=st.sampled_from(Kind),
    size=st.just(1),
    interpreter=st.none() | WORDS,
    soname=st.none() | WORDS,
    needed=TUPLES,
    rpath=TUPLES,
    runpath=TUPLES,
    version_needs=st.dictionaries(WORDS, TUPLES, max_size=2),
    version_definitions=TUPLES,
    python_imports=TUPLES,
    python_exports=TUPLES,
)
PATHS = st.sampled_from(
    ["libx.so", "p/m.so", "p/m.abi3.so", "p/.so", "m.cpython-.so", "p/x", "lib/libc.so.6", "a/b", "/"]
)
BINARIES = ELF | st.sampled_from(Foreign) | st.builds(Unreadable, reason=WORDS)


@given(st.dictionaries(PATHS, BINARIES))
def test_an_audit_of_anything_ends_in_findings_about_its_files(files: dict[str, Binary]) -> None:
    """Whatever a file says of itself, nothing is raised, and the worst comes first."""
    found = audited(files)

    assert {finding.path for finding in found} <= set(files)
    assert [finding.severity for finding in found] == sorted(
        (finding.severity for finding in found), reverse=True
    )
    assert found == audited(dict(reversed(files.items())))


def test_nothing_to_audit_is_no_finding() -> None:
    """Most bundles have no compiled files."""
    assert audited({}) == ()


def test_the_worst_comes_first() -> None:
    """What ends a build is read first."""
    found = audited({"a.so": make_elf("libssl.so.3"), "b.so": make_elf("libgone.so")})

    assert [finding.severity for finding in found] == [Severity.ERROR, Severity.WARNING]
