"""What is wrong with a file by itself: its format, machine, segments, stack and processor level.

Specs: System V ABI (program headers), x86-64 psABI (levels), glibc's elf/dl-load.c and sysdeps/x86/dl-prop.h.
"""

from collections.abc import Iterator

from manylinux.audit.finding import Finding, Severity
from manylinux.audit.module_name import is_extension, module_name, package_of
from manylinux.audit.scene import Scene
from manylinux.elf.facts import ElfFacts, Foreign, Kind, Segment, Unreadable

_OWN_ALIGNMENT_UNTIL = (2, 35)
"""Older glibc holds a segment to its own alignment; newer ones to that of a page (glibc bug 28688)."""
_LEVELS_SINCE = (2, 33)
"""The first glibc that refuses a file which says it needs more than the processor has."""


def unreadable(scene: Scene, path: str, facts: Unreadable) -> Iterator[Finding]:
    """A file that begins as ELF does and cannot be read; test data of libraries is such, by another name."""
    name = path.rpartition("/")[2]
    library = name.endswith(".so") or ".so." in name
    yield scene.finding(
        "unreadable",
        Severity.ERROR if library else Severity.WARNING,
        path,
        facts.reason,
        hint="Fetch the wheel or build the file again: it is damaged",
    )


def foreign(scene: Scene, path: str, kind: Foreign) -> Iterator[Finding]:
    """A Mach-O or PE file: an error where Python would take it for the only variant of a module."""
    name, alone = module_name(path), package_of(path) not in scene.native
    severity = Severity.NOTE
    if name is not None and name.ending == ".so":
        importable = (name.tagged or alone) and not scene.has_other_variant(path, name)
        severity = Severity.ERROR if importable else Severity.WARNING
    elif alone and path.endswith((".pyd", ".dylib", ".dll")):
        severity = Severity.WARNING
    mends = severity is Severity.ERROR or (severity is Severity.WARNING and alone)
    yield scene.finding(
        "foreign-binary",
        severity,
        path,
        f"a {kind.value} file, for {'macOS' if kind is Foreign.MACH_O else 'Windows'}",
        hint=f"Take the wheel for {scene.policy.name}" if mends else None,
    )


def machine(scene: Scene, path: str, facts: ElfFacts) -> Iterator[Finding]:
    """A file for another processor: an error where it is the only variant of a module."""
    name = module_name(path)
    if name is not None and is_extension(path, facts):
        severity = Severity.NOTE if scene.has_other_variant(path, name) else Severity.ERROR
    else:
        severity = Severity.NOTE if package_of(path) in scene.native else Severity.WARNING
    if facts.kind is Kind.OBJECT:
        severity = Severity.NOTE
    yield scene.finding(
        "wrong-machine",
        severity,
        path,
        f"for {facts.machine_name}; {scene.policy.name} is {scene.policy.machine.value}",
        hint=None if severity is Severity.NOTE else f"Take the wheel for {scene.policy.name}",
    )


def alignment(scene: Scene, path: str, facts: ElfFacts) -> Iterator[Finding]:
    """Segments the loader refuses to map: what `strip` makes of files that patchelf has changed."""
    complaints = (_misaligned(segment, scene) for segment in facts.segments)
    first = next((complaint for complaint in complaints if complaint), None)
    if first is not None:
        yield scene.finding(
            "misaligned-segment",
            Severity.ERROR,
            path,
            *first,
            hint="Take the file as it was before `strip` or `patchelf` changed it",
        )


def _misaligned(segment: Segment, scene: Scene) -> tuple[str, str] | None:
    page, apart = scene.policy.page_size, segment.address - segment.offset
    shape = f"offset {segment.offset:#x}, address {segment.address:#x}, alignment {segment.alignment:#x}"
    if scene.policy.glibc >= _OWN_ALIGNMENT_UNTIL:
        says = "ELF load command address/offset not page-aligned" if apart & (page - 1) else None
    elif segment.alignment & (page - 1):
        says = "ELF load command alignment not page-aligned"
    else:
        says = (
            "ELF load command address/offset not properly aligned"
            if apart & (segment.alignment - 1)
            else None
        )
    return None if says is None else (f"a segment with {shape}", f"the loader will say: {says}")


def stack(scene: Scene, path: str, facts: ElfFacts) -> Iterator[Finding]:
    """A library that makes the stack of the whole process executable."""
    if facts.executable_stack:
        yield scene.finding(
            "executable-stack",
            Severity.WARNING,
            path,
            "asks for an executable stack: glibc grants it before 2.41 and refuses the file from then on",
            hint="Link it with `-z noexecstack`",
        )


def level(scene: Scene, path: str, facts: ElfFacts) -> Iterator[Finding]:
    """A file that says it needs more of the processor than Lambda promises."""
    if facts.isa_level <= scene.policy.isa_level or scene.policy.isa_level == 1:
        return
    refused = scene.policy.glibc >= _LEVELS_SINCE
    yield scene.finding(
        "isa-too-new",
        Severity.ERROR if refused else Severity.WARNING,
        path,
        f"needs x86-64-v{facts.isa_level}; {scene.policy.name} promises x86-64-v{scene.policy.isa_level}",
        "the loader refuses the file where the processor has less"
        if refused
        else "the process is killed (SIGILL) where the processor has less",
        hint=f"Build it with `-march=x86-64-v{scene.policy.isa_level}` or less",
    )


def musl(scene: Scene, path: str, facts: ElfFacts) -> Iterator[Finding]:
    """A file that is linked to musl, which Lambda's systems do not have."""
    if is_musl(facts):
        yield scene.finding(
            "musl-linked",
            Severity.ERROR,
            path,
            *(f"needs `{name}`" for name in facts.needed if _is_musl_name(name)),
            *(f"asks for the loader `{each}`" for each in (facts.interpreter,) if each and "ld-musl" in each),
            hint="Take the manylinux wheel in place of the musllinux one",
        )


def is_musl(facts: ElfFacts) -> bool:
    return any(map(_is_musl_name, facts.needed)) or "ld-musl" in (facts.interpreter or "")


def _is_musl_name(name: str) -> bool:
    return name.startswith("libc.musl-") or name == "libc.so"


def interpreter(scene: Scene, path: str, facts: ElfFacts) -> Iterator[Finding]:
    """A program whose loader is not where it asks for it."""
    asked = facts.interpreter
    if asked and is_program(facts) and asked != scene.policy.interpreter and not is_musl(facts):
        yield scene.finding(
            "missing-interpreter",
            Severity.ERROR,
            path,
            f"asks for the loader `{asked}`; the runtime's is `{scene.policy.interpreter}`",
        )


def is_program(facts: ElfFacts) -> bool:
    """Whether the file is started, not loaded; a library may name an interpreter too."""
    return facts.kind is Kind.EXECUTABLE and facts.soname is None and not facts.python_exports
