"""What the loader says, held against what the audit told."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from factories.audits import make_elf, make_policy
from manylinux.audit.audit import audit
from manylinux.elf.facts import Binary
from sweeps.oracle.ceilings import ceilings_of
from sweeps.oracle.loading import Loading
from sweeps.oracle.messages import Reason, Refusal, parse
from sweeps.oracle.verdicts import Scene, Verdict, judge

LACKS_FOO = "libfoo.so.1: cannot open shared object file: No such file or directory"


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        (LACKS_FOO, Refusal(reason=Reason.LIBRARY, name="libfoo.so.1")),
        (
            "/lib64/libc.so.6: version `GLIBC_2.27' not found (required by /var/task/a.so)",
            Refusal(reason=Reason.VERSION, name="GLIBC_2.27", of="libc.so.6", by="/var/task/a.so"),
        ),
        ("/var/task/a.so: undefined symbol: f, version V_1", Refusal(reason=Reason.SYMBOL, name="f")),
        ("/var/task/a.so: ELF load command address/offset not page-aligned", Refusal(reason=Reason.FORM)),
        (
            "/var/task/a: cannot dynamically load position-independent executable",
            Refusal(reason=Reason.PROGRAM),
        ),
    ],
)
def test_takes_messages_apart(said: str, refusal: Refusal) -> None:
    """Each of the loader's messages has one reason."""
    assert parse(said) == refusal


def verdict_on(
    path: str, files: Mapping[str, Binary], runtime: str = "python3.11", **loading: Any
) -> Verdict:
    """The verdict on one file, audited as it is."""
    policy = make_policy(runtime)
    findings = audit(files, policy)
    by_path = {each: tuple(one for one in findings if one.path == each) for each in files}
    scene = Scene(
        files=files,
        findings=by_path,
        stubs={"libcrypt.so.1"},
        offered={"GLIBC_2.17"},
        ceilings=ceilings_of(policy),
        glibc=policy.glibc,
    )
    return judge(scene, [Loading(path=path, **loading)])[0].verdict


def test_an_error_on_what_loads_is_a_false_alarm() -> None:
    """The loader finds what the audit says is missing."""
    assert verdict_on("a.so", {"a.so": make_elf("libfoo.so.1")}) is Verdict.FALSE_ALARM


def test_an_error_for_another_reason_is_a_false_alarm() -> None:
    """That the file does not load does not make the reason right."""
    said = "libbar.so.1: cannot open shared object file: No such file or directory"

    assert verdict_on("a.so", {"a.so": make_elf("libfoo.so.1")}, said=said) is Verdict.FALSE_ALARM


def test_an_error_the_loader_confirms_is_true() -> None:
    """Both name the same library."""
    assert verdict_on("a.so", {"a.so": make_elf("libfoo.so.1")}, said=LACKS_FOO) is Verdict.TRUE


def test_silence_on_what_does_not_load_is_a_miss() -> None:
    """The audit thinks that the file is in order."""
    assert verdict_on("a.so", {"a.so": make_elf()}, said=LACKS_FOO) is Verdict.MISS


def test_what_needs_a_file_with_an_error_follows_from_it() -> None:
    """One cause is told once, of the file that has it."""
    files = {
        "a.so": make_elf("libb.so", runpath=("$ORIGIN",)),
        "libb.so": make_elf("libfoo.so.1", soname="libb.so"),
    }

    assert verdict_on("a.so", files, said=LACKS_FOO) is Verdict.FOLLOWS


@pytest.mark.parametrize(
    ("needed", "verdict"), [(("libcrypt.so.1",), Verdict.UNJUDGED), (("libc.so.6",), Verdict.MISS)]
)
def test_symbols_of_empty_libraries_are_not_judged(needed: Sequence[str], verdict: Verdict) -> None:
    """A symbol that is not there is a miss only where no library is an empty one."""
    files: dict[str, Binary] = {"b.so": make_elf(*needed)}

    assert verdict_on("b.so", files, said="/var/task/b.so: undefined symbol: f") is verdict


def test_versions_this_machine_lacks_are_not_judged() -> None:
    """The runtime has the version; the library here is older."""
    said = "/lib64/libc.so.6: version `GLIBC_2.26' not found (required by /var/task/a.so)"

    assert verdict_on("a.so", {"a.so": make_elf("libc.so.6")}, said=said) is Verdict.UNJUDGED


def test_a_library_is_judged_as_what_needs_it_loads_it() -> None:
    """By itself it fails earlier, at a library that only who asks for it knows where to find."""
    library = make_elf("libc.so.6", "libq.so.1", wants={"libc.so.6": ("GLIBC_2.27",)})
    by_itself = "libq.so.1: cannot open shared object file: No such file or directory"
    asked = "/lib64/libc.so.6: version `GLIBC_2.27' not found (required by /var/task/deep/a.so)"
    files = {"deep/a.so": library, "deep/libq.so.1": make_elf(soname="libq.so.1")}

    assert verdict_on("deep/a.so", files, said=by_itself) is Verdict.FALSE_ALARM
    assert verdict_on("deep/a.so", files, said=by_itself, asked=(asked,)) is Verdict.TRUE
