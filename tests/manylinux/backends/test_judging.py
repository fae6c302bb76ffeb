"""Wheels that a build made without an error, and that are wrong."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from factories.jobs import make_job
from factories.targets import make_target
from factories.wheels import write_wheel
from manylinux.backends.judging import Compilations, check_made
from manylinux.backends.port import BackendError, ExceededError, FellBackError, Job

X86_64, AARCH64 = 62, 183


def elf(machine: int, more: bytes = b"") -> bytes:
    """The beginning of a file for a machine."""
    return b"\x7fELF\2\1\1" + bytes(11) + machine.to_bytes(2, "little") + bytes(44) + more


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return make_job(tmp_path, make_target("python3.13", "arm64"), a__c="", b__pyx="")


def noted(job: Job, *calls: tuple[str, int]) -> Path:
    """What the compilers were asked for: source and status."""
    notes = job.folder / "compilations"
    lines = [
        json.dumps({"sources": [str(job.project.folder / name)], "status": status}) for name, status in calls
    ]
    notes.write_text("".join(f"{line}\n" for line in lines))
    return notes


def judged(
    job: Job, files: dict[str, bytes], *calls: tuple[str, int], tag: str = "py3-none-any"
) -> tuple[str, ...]:
    wheel = write_wheel(job.output, "demo", "1.0", files, tag=tag)
    return check_made(wheel, job, Compilations.of(noted(job, *calls), job.project.folder))


RIGHT = "demo/_a.cpython-313-aarch64-linux-gnu.so"


def test_a_module_of_the_target_is_right(job: Job) -> None:
    """There is nothing to tell."""
    assert judged(job, {RIGHT: elf(AARCH64), "demo/_b.abi3.so": elf(AARCH64)}, ("a.c", 0)) == ()


@pytest.mark.parametrize(
    ("name", "machine", "evidence"),
    [
        ("demo/_a.cpython-313-x86_64-linux-gnu.so", AARCH64, "does not look for"),
        ("demo/_a.cpython-311-aarch64-linux-gnu.so", AARCH64, "does not look for"),
        (RIGHT, X86_64, "is for x86_64, not for aarch64"),
        ("demo/_a.so", X86_64, "is for x86_64, not for aarch64"),
        ("demo-1.0.data/scripts/run", 40, "is for machine 40"),
    ],
)
def test_names_and_machines_of_this_host_are_refused(
    name: str, machine: int, evidence: str, job: Job
) -> None:
    """Build tools write them and end with status 0; the import would fail on Lambda."""
    with pytest.raises(BackendError, match=evidence):
        judged(job, {name: elf(machine)})


def test_a_wheel_that_became_pure_because_nothing_compiled_is_refused(job: Job) -> None:
    """Many projects go on without their extension, and say that they were built."""
    with pytest.raises(BackendError, match=r"could not compile, and made pure Python: `a\.c`"):
        judged(job, {"demo.py": b""}, ("a.c", 1))


def test_cythons_output_counts_as_the_projects(job: Job) -> None:
    """The `.pyx` is there, the `.c` is not yet."""
    with pytest.raises(BackendError, match=r"b\.c"):
        judged(job, {"demo.py": b""}, ("b.c", 1))


def test_a_source_may_have_a_name_that_is_no_utf_8(job: Job) -> None:
    notes = job.folder / "compilations"
    notes.write_bytes(b'{"sources": ["%s/\xff.c"], "status": 1}\n' % bytes(job.project.folder))

    compilations = Compilations(notes=notes, root=job.project.folder, sources=["\udcff.c"])
    assert compilations.failed() == ("\udcff.c",)


def test_trials_of_a_configuration_may_fail(job: Job) -> None:
    """Whether a library is there is asked by compiling something."""
    assert judged(job, {"demo.py": b""}, ("build/temp/check_yaml.c", 1)) == ()


def test_what_compiles_at_last_has_compiled(job: Job) -> None:
    """With another option, say."""
    assert judged(job, {"demo.py": b""}, ("a.c", 1), ("a.c", 0)) == ()


def test_extensions_that_were_left_out_without_a_trial_are_missed(job: Job) -> None:
    """The wheel is for one platform, as of a project with extensions, and holds none."""
    job = replace(job, project=replace(job.project, compiles=True))
    with pytest.raises(FellBackError, match="left its extension modules out"):
        judged(job, {"demo.py": b""}, tag="cp313-cp313-linux_aarch64")


@pytest.mark.parametrize("compiles", [True, False])
def test_extensions_may_be_for_others(job: Job, compiles: bool) -> None:
    """For another system, or for who asks for them: the wheel is for any platform. It is told."""
    job = replace(job, project=replace(job.project, compiles=compiles))

    assert len(judged(job, {"demo.py": b""})) == int(compiles)


def test_pure_python_may_be_accepted(job: Job) -> None:
    """By who knows the project; what was left out is told all the same."""
    job = replace(job, accepts_pure=True)
    (note,) = judged(job, {"demo.py": b""}, ("a.c", 1))

    assert "as is accepted" in note
    assert "`a.c`" in note


def test_an_extension_that_was_left_out_is_told(job: Job) -> None:
    """The others are there, so the wheel may serve."""
    (note,) = judged(job, {RIGHT: elf(AARCH64)}, ("a.c", 1))

    assert "`a.c`" in note


def test_what_was_decided_without_an_answer_of_the_target_is_refused(job: Job) -> None:
    """CMake notes a program that does not run as one that says no."""
    wheel = write_wheel(job.output, "demo", "1.0", {RIGHT: elf(AARCH64)})
    notes = job.folder / "compilations"
    notes.write_text(json.dumps({"sources": [], "status": 126, "wanted": "/x/cmTC_1"}) + "\n")

    with pytest.raises(BackendError, match="asked the program `cmTC_1`"):
        check_made(wheel, job, Compilations.of(notes, job.project.folder))


@pytest.mark.parametrize(
    "notes", [b"{", b"[]", b"{}", b'{"sources": [1]}', b'{"sources": [], "wanted": 1}', b"[" * 100_000, b"\0"]
)
def test_notes_that_cannot_be_read_are_no_good_news(notes: bytes, job: Job) -> None:
    """The build could write there, and compilers that ran at once may have."""
    wheel = write_wheel(job.output, "demo", "1.0", {RIGHT: elf(AARCH64)})
    path = job.folder / "compilations"
    path.write_bytes(notes)

    with pytest.raises(BackendError, match="notes of its compilers cannot be read"):
        check_made(wheel, job, Compilations.of(path, job.project.folder))


def test_a_wheel_that_unpacks_to_more_than_it_may_is_not_read(job: Job) -> None:
    """Small as it is: it is mostly zeros."""
    small = replace(job, limits=replace(job.limits, wheel=1 << 20))

    with pytest.raises(ExceededError, match="unpacks to more than 1 MB"):
        judged(small, {"demo/a.py": bytes(2 << 20)}, tag="py3-none-any")


def test_the_folder_of_the_build_in_the_wheel_is_told(job: Job) -> None:
    """The same sources would give other bytes elsewhere."""
    (note,) = judged(job, {RIGHT: elf(AARCH64, str(job.folder).encode())})

    assert "the folder it was built in" in note
    assert RIGHT in note
