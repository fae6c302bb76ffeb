"""Resolutions remembered, and when they are not believed any more."""

from collections.abc import Collection, Sequence
from pathlib import Path

import pytest
from packaging.utils import NormalizedName
from packaging.version import Version

from builder import memo
from builder.disk import MemoryDisk
from builder.model import Origin, Pin, Request, Resolution, Skip
from factories.targets import make_target
from prebuilt_index.artefacts import IndexFile, ProjectPage
from prebuilt_index.errors import ProjectNotFoundError, QuarantinedProjectError
from prebuilt_index.index.source import Stamp

REQUIREMENTS = Path("/app/requirements.txt")
DEMO = NormalizedName("demo")


def make_resolution() -> Resolution:
    """One pin with everything a pin can have, and one skip."""
    file = IndexFile(
        filename="demo-1.0-py3-none-any.whl",
        url="https://files.test/demo-1.0-py3-none-any.whl",
        hashes={"sha256": "0" * 64},
        size=10,
        requires_python=">=3.9",
        yanked="broken",
        metadata_hashes={"sha256": "1" * 64},
        index="https://index.test/simple",
    )
    pin = Pin(
        name=DEMO,
        version=Version("1.0"),
        file=file,
        extras=frozenset({"fast"}),
        requires_python=">=3.9",
        dependencies=(NormalizedName("other"),),
        required_by=("requirements.txt:1",),
    )
    skip = Skip(name=DEMO, taken=Version("1.0"), skipped=Version("2.0"), reason="it needs Python >=3.20")
    return Resolution(target=make_target(), pins=(pin,), skips=(skip,), warnings=("demo 1.0 is yanked",))


def make_evidence(**changes: object) -> memo.Evidence:
    """Evidence of one page, fresh until the moment 100."""
    form = {"pages": {DEMO: "digest"}, "fresh_until": 100.0, "directs": {}, **changes}
    return memo.Evidence(**form)  # type: ignore[arg-type]  # a test's shorthand


class Pages:
    """IndexFacts that know pages, and one file behind every direct reference."""

    def __init__(self, digests: dict[str, str], quarantined: Collection[str] = ()) -> None:
        self._digests = digests
        self._quarantined = quarantined

    def page(self, project: NormalizedName) -> ProjectPage:
        if project not in self._digests:
            raise ProjectNotFoundError(f"no `{project}`")
        if project in self._quarantined:
            raise QuarantinedProjectError(f"`{project}` is quarantined")
        return ProjectPage(
            name=project, files=(), filenames=(), digest=self._digests[project], fresh_until=500.0
        )

    def stamps(self, projects: Sequence[NormalizedName]) -> dict[NormalizedName, Stamp]:
        return {
            project: Stamp(
                known=project in self._digests, digest=self._digests.get(project, ""), fresh_until=500.0
            )
            for project in projects
        }

    def direct(self, request: Request) -> IndexFile:
        return make_resolution().pins[0].file


def test_a_record_reads_back_as_it_was_written() -> None:
    """Nothing of a resolution or of its evidence is lost."""
    resolution, evidence = make_resolution(), make_evidence(inputs=(("env", "TOKEN", "abc"),))

    assert memo.read(memo.write(resolution, evidence), resolution.target) == (
        resolution,
        evidence,
    )


def test_fresh_evidence_stands_alone_until_its_time() -> None:
    """Where the index's word counts, nobody is asked."""
    assert make_evidence().stands_alone(99.9)
    assert not make_evidence().stands_alone(100.0)


def test_a_clock_that_was_set_back_ends_freshness() -> None:
    """Otherwise an answer would last for as much longer as the clock lost."""
    assert not make_evidence(seen_at=50.0).stands_alone(49.0)


def test_a_direct_reference_never_stands_alone() -> None:
    """A folder or a branch may have changed without anybody saying so."""
    assert not make_evidence(directs={"file:///app#": "0" * 64}).stands_alone(0.0)


def test_inputs_that_were_read_are_watched() -> None:
    """Content, presence and variables: what the reader asked is what is compared."""
    disk = memo.WatchedDisk(MemoryDisk(files={REQUIREMENTS: b"demo\n"}))
    environ = memo.WatchedEnvironment({"TOKEN": "secret"})
    disk.read(REQUIREMENTS)
    disk.is_file(REQUIREMENTS)
    disk.is_dir(Path("/app/demo"))
    environ.get("TOKEN")
    environ.get("ABSENT")
    evidence = memo.with_inputs(make_evidence(), disk, environ)
    same = MemoryDisk(files={REQUIREMENTS: b"demo\n"})

    assert memo.inputs_unchanged(evidence, same, {"TOKEN": "secret"})
    assert "secret" not in memo.write(make_resolution(), evidence).decode()


@pytest.mark.parametrize(
    ("files", "environ"),
    [
        ({REQUIREMENTS: b"demo<2\n"}, {"TOKEN": "secret"}),
        ({}, {"TOKEN": "secret"}),
        ({REQUIREMENTS: b"demo\n", Path("/app/demo/x"): b""}, {"TOKEN": "secret"}),
        ({REQUIREMENTS: b"demo\n"}, {"TOKEN": "other"}),
        ({REQUIREMENTS: b"demo\n"}, {}),
        ({REQUIREMENTS: b"demo\n"}, {"TOKEN": "secret", "ABSENT": ""}),
    ],
    ids=["edited", "removed", "folder appeared", "variable changed", "variable gone", "variable set"],
)
def test_a_changed_input_is_noticed(files: dict[Path, bytes], environ: dict[str, str]) -> None:
    """One difference is enough."""
    disk = memo.WatchedDisk(MemoryDisk(files={REQUIREMENTS: b"demo\n"}))
    seen = memo.WatchedEnvironment({"TOKEN": "secret"})
    disk.read(REQUIREMENTS)
    disk.is_dir(Path("/app/demo"))
    seen.get("TOKEN")
    seen.get("ABSENT")
    evidence = memo.with_inputs(make_evidence(), disk, seen)

    assert not memo.inputs_unchanged(evidence, MemoryDisk(files=files), environ)


def test_a_variable_need_not_be_text() -> None:
    """The bytes of a variable are anybody's; the system hands those that are no UTF-8 out as surrogates."""
    seen = memo.WatchedEnvironment({"TOKEN": "\udcff"})
    seen.get("TOKEN")
    evidence = memo.with_inputs(make_evidence(), memo.WatchedDisk(MemoryDisk()), seen)

    assert memo.inputs_unchanged(evidence, MemoryDisk(), {"TOKEN": "\udcff"})
    assert not memo.inputs_unchanged(evidence, MemoryDisk(), {"TOKEN": "\udcfe"})


def test_credentials_of_a_direct_reference_are_not_written_down() -> None:
    """The cache is no place for a password, and the evidence is renewed without it."""
    url = "https://user:password@files.test/demo-1.0-py3-none-any.whl"
    request = Request(origin=Origin(source="command line"), requirement=None, direct=url)
    facts = Pages({})
    witness = memo.Witness(facts)  # type: ignore[arg-type]  # pages and directs suffice
    witness.direct(request)
    record = memo.write(make_resolution(), witness.evidence())
    again = memo.renewed(witness.evidence(), [request], facts)  # type: ignore[arg-type]  # as above

    assert b"password" not in record
    assert again is not None


def test_equal_pages_renew_the_evidence() -> None:
    """The answer stands, and is fresh again."""
    today = memo.renewed(make_evidence(), (), Pages({DEMO: "digest"}))  # type: ignore[arg-type]  # pages suffice

    assert today is not None
    assert today.fresh_until == 500.0


@pytest.mark.parametrize("digests", [{DEMO: "other"}, {}])
def test_another_page_ends_the_evidence(digests: dict[str, str]) -> None:
    """A new release, or a project that is gone."""
    assert memo.renewed(make_evidence(), (), Pages(digests)) is None  # type: ignore[arg-type]  # pages suffice


def test_a_witness_remembers_what_no_index_knows() -> None:
    """A project that appears later may change the answer, so nothing is fresh."""
    witness = memo.Witness(Pages({}))  # type: ignore[arg-type]  # pages suffice
    with pytest.raises(ProjectNotFoundError):
        witness.page(DEMO)

    assert witness.evidence().pages == {DEMO: memo.ABSENT}
    assert witness.evidence().fresh_until == 0.0


def test_a_quarantined_project_is_part_of_the_evidence() -> None:
    """The resolver passes it over; once it is free again the answer may be another."""
    witness = memo.Witness(Pages({DEMO: "digest"}, [DEMO]))  # type: ignore[arg-type]  # pages suffice
    with pytest.raises(QuarantinedProjectError):
        witness.page(DEMO)
    evidence = witness.evidence()

    assert memo.renewed(evidence, (), Pages({DEMO: "digest"}, [DEMO])) == evidence  # type: ignore[arg-type]  # as above
    assert memo.renewed(evidence, (), Pages({DEMO: "freed"})) is None  # type: ignore[arg-type]  # as above


def test_an_unknown_project_stays_evidence() -> None:
    """While no index knows it the answer stands, and is asked for again the next time."""
    today = memo.renewed(make_evidence(pages={DEMO: memo.ABSENT}), (), Pages({}))  # type: ignore[arg-type]  # as above

    assert today is not None
    assert today.fresh_until == 0.0


def test_wishes_differ_by_every_part() -> None:
    """Options, folder and version are all in the key."""
    assert memo.wish_key(["a", 1]) != memo.wish_key(["a", 2])
    assert memo.wish_key(["a", 1]) == memo.wish_key(["a", 1])
