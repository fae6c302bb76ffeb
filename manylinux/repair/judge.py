"""What a freshly built wheel is to a target: a liar, one that wants too much, or one with a tag. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from manylinux.audit.audit import audit
from manylinux.audit.finding import Finding, Severity
from manylinux.audit.module_name import module_name
from manylinux.audit.scene import make_scene
from manylinux.elf.facts import ElfFacts, Kind
from manylinux.errors import LyingWheelError, WheelNeedsMoreError
from manylinux.policy.policy import policy_of
from manylinux.refusal import Fault
from manylinux.repair.abi import honest_python
from manylinux.repair.identity import is_for_any, lies_of_identity, lies_of_tags
from manylinux.repair.platforms import needed_glibc, platform_tags
from manylinux.repair.values import Promise, WheelFacts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from manylinux.audit.scene import Scene
    from manylinux.policy.policy import Policy
    from manylinux.target import Target

_NOTHING_PROMISED = Promise()
_ALSO_AS_WARNING = frozenset(
    {
        "glibc-too-new",
        "isa-too-new",
        "libgcc-too-new",
        "libstdcxx-too-new",
        "musl-linked",
        "version-missing",
        "wrong-machine",
    }
)
"""What a wheel of an index may do without, or find there by chance; one that is built can be built anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The judgement on one wheel for one target."""

    wheel: str
    """Its file name."""
    target: str
    lies: tuple[str, ...]
    """What it says and is not, a line each."""
    excess: tuple[Finding, ...]
    """What it wants and the runtime has not, worst first."""
    wanted: Mapping[str, tuple[str, ...]] = field(hash=False)
    """Libraries that neither the runtime promises nor the wheel brings, to the files that need them."""
    tag_set: str
    """The honest one."""
    compiled: int
    """How many compiled files for the target."""
    findings: tuple[Finding, ...]
    """All that is to be said of its files, worst first."""

    def refuse_lies(self) -> None:
        """Raise LyingWheelError where the wheel is not what it says it is."""
        if self.lies:
            raise LyingWheelError(
                f"`{self.wheel}` is not the wheel that was to be built for {self.target}",
                evidence=self.lies,
                hint="Build it anew with another backend, or report it to the project: its build is at fault",
            )

    def refuse_excess(self, allow: Collection[str] = ()) -> None:
        """Raise WheelNeedsMoreError where the wheel wants what is not there, but for `allow`ed codes."""
        excess = [finding for finding in self.excess if finding.code not in allow]
        if excess:
            raise WheelNeedsMoreError(
                f"`{self.wheel}` was built, and does not load on {self.target}",
                evidence=[f"`{finding.path}` {line}" for finding in excess for line in finding.evidence],
                hint=_hint(excess),
            )


def judge(facts: WheelFacts, target: Target, promise: Promise = _NOTHING_PROMISED) -> Verdict:
    """The verdict on a wheel as it is; `wanted` is what a graft could still mend."""
    policy = policy_of(target)
    scene = make_scene(facts.binaries, policy, root=policy.working_directory, others=facts.others)
    findings = audit(facts.binaries, policy, root=policy.working_directory, others=facts.others)
    fitting = facts.fitting(policy.machine)
    tag_set, narrowed = _honest_tags(facts, fitting, policy)
    lies = (*lies_of_identity(facts, promise), *lies_of_tags(facts), *_lies_to(facts, target, scene))
    return Verdict(
        wheel=facts.name.filename,
        target=target.id,
        lies=lies,
        excess=tuple(each for each in findings if _is_excess(each)),
        wanted=_wanted(scene),
        tag_set=tag_set,
        compiled=len(fitting),
        findings=(*findings, *narrowed, *_fallback(facts, fitting)),
    )


def _is_excess(finding: Finding) -> bool:
    least = Severity.WARNING if finding.code in _ALSO_AS_WARNING else Severity.ERROR
    return finding.severity >= least


def _lies_to(facts: WheelFacts, target: Target, scene: Scene) -> Iterator[str]:
    """What the wheel says that it is for, and the target is not."""
    refusal = target.refusal(facts.name)
    # What platform's glibc a backend writes is of no weight: that is told by evidence.
    if refusal is not None and refusal.fault is not Fault.GLIBC:
        yield f"the file is named for `{facts.name.tag_set}`: {refusal.text}"
    for path, binary in scene.files.items():
        name = module_name(path)
        if name is None or not name.tagged or name.ending != ".so":
            continue
        if isinstance(binary, ElfFacts) and not _is_module(binary):
            yield f"`{scene.shown[path]}` is tagged `{name.tag}`, and no module but of kind: {binary.kind}"
        elif not name.imported_by(scene.policy) and name.module not in scene.modules:
            yield (
                f"`{scene.shown[path]}` is tagged `{name.tag}`; {target.runtime.id} imports "
                f"`cpython-3{scene.policy.minor}-{scene.policy.triplet}`, `abi3` and no tag"
            )


def _is_module(facts: ElfFacts) -> bool:
    """Whether the file is one that is loaded; a library that names an interpreter looks like a program."""
    return facts.kind is Kind.SHARED or (facts.kind is Kind.EXECUTABLE and bool(facts.python_exports))


def _wanted(scene: Scene) -> dict[str, tuple[str, ...]]:
    """Libraries that are missing, or there today and not promised. What serves once loaded is neither."""
    found: dict[str, list[str]] = {}
    for path, answers in scene.answers.items():
        for name, answer in answers.items():
            if answer is None:
                lacking = all(each == path for each in scene.sonames.get(name, ()))
            else:
                lacking = answer not in scene.files and name in scene.policy.present
            if lacking:
                found.setdefault(name, []).append(scene.shown[path])
    return {name: tuple(sorted(found[name])) for name in sorted(found)}


def _honest_tags(
    facts: WheelFacts, fitting: Mapping[str, ElfFacts], policy: Policy
) -> tuple[str, tuple[Finding, ...]]:
    if is_for_any(facts.name.tag_set):
        return facts.name.tag_set, ()
    python = honest_python(facts.name.tag_set, fitting, policy.minor)
    platform = platform_tags(needed_glibc(fitting.values(), policy), policy.machine.value)
    tag_set = f"{python.interpreter}-{python.abi}-{platform}"
    if python.reason is None:
        return tag_set, ()
    told = f"{python.reason}; tagged `{python.interpreter}-{python.abi}` instead"
    note = Finding(code="tag-too-wide", severity=Severity.WARNING, path=python.path, evidence=(told,))
    return tag_set, (note,)


def _fallback(facts: WheelFacts, fitting: Mapping[str, ElfFacts]) -> Iterable[Finding]:
    """A wheel for one platform that holds nothing compiled: likely the build left its extensions out."""
    if not fitting and not is_for_any(facts.name.tag_set):
        told = f"the wheel is tagged `{facts.name.tag_set}` and holds no compiled file"
        yield Finding(
            code="pure-fallback",
            severity=Severity.WARNING,
            path=facts.dist_info,
            evidence=(told,),
            hint="See in the log of the build why its extension was left out",
        )


def _hint(excess: Iterable[Finding]) -> str:
    codes = {finding.code for finding in excess}
    if codes == {"missing-library"}:
        return (
            "Build it where these libraries are, for them to be put into the wheel, or link them statically"
        )
    if codes & {"libstdcxx-too-new", "libgcc-too-new"}:
        return "Build it with zig, or with the runtime's own compiler"
    hints = [finding.hint for finding in excess if finding.hint and finding.code == "missing-library"]
    return hints[0] if hints else "Build it for the runtime: with zig, or in an image of its system"
