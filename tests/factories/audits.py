"""Compiled files by hand, and audits of them."""

from collections.abc import Collection, Mapping

from factories.targets import make_target
from manylinux.audit.audit import audit
from manylinux.audit.finding import Finding
from manylinux.elf.facts import Binary, ElfFacts, Kind, Machine, Segment
from manylinux.policy.policy import Policy, policy_of

PAGE = 0x1000


def make_policy(runtime: str = "python3.13", architecture: str = "x86_64") -> Policy:
    return policy_of(make_target(runtime, architecture))


def make_elf(
    *needed: str,
    soname: str | None = None,
    kind: Kind = Kind.SHARED,
    machine: Machine = Machine.X86_64,
    machine_name: str = "x86-64",
    rpath: tuple[str, ...] = (),
    runpath: tuple[str, ...] = (),
    wants: Mapping[str, tuple[str, ...]] | None = None,
    defines: tuple[str, ...] = (),
    segments: tuple[Segment, ...] = (),
    interpreter: str | None = None,
    executable_stack: bool = False,
    isa_level: int = 1,
    imports: tuple[str, ...] = (),
    exports: tuple[str, ...] = (),
) -> ElfFacts:
    """A library for x86-64 that needs `needed` and is in order."""
    return ElfFacts(
        machine=machine,
        machine_name=machine_name,
        kind=kind,
        size=1,
        soname=soname,
        needed=needed,
        rpath=rpath,
        runpath=runpath,
        version_needs=wants or {},
        version_definitions=defines,
        segments=segments,
        interpreter=interpreter,
        executable_stack=executable_stack,
        isa_level=isa_level,
        python_imports=imports,
        python_exports=exports,
    )


def make_segment(*, offset: int = 0, address: int = 0, alignment: int = PAGE) -> Segment:
    return Segment(offset=offset, address=address, file_size=1, memory_size=1, alignment=alignment)


def audited(
    files: Mapping[str, Binary],
    *,
    runtime: str = "python3.13",
    architecture: str = "x86_64",
    root: str = "/var/task",
    others: Collection[str] = (),
) -> tuple[Finding, ...]:
    return audit(files, make_policy(runtime, architecture), root=root, others=others)


def told(findings: Collection[Finding]) -> list[tuple[str, str, str]]:
    """What of the findings is stable: severity, code and path."""
    return [(finding.severity.name, finding.code, finding.path) for finding in findings]
