"""What keeps each file of a version from being used."""

from collections.abc import Mapping

from packaging.version import Version

from builder.resolve.judging import Judge, Judged, Rule
from builder.resolve.projects import Project, Wish, with_allowed_hash
from builder.why.values import Cause, FileFate
from manylinux.refusal import Fault
from prebuilt_index.artefacts import IndexFile

CAUSES: Mapping[str, Cause] = {
    "UNUSABLE": Cause.UNUSABLE,
    "NAME": Cause.BROKEN_NAME,
    "FORMAT": Cause.FORMAT,
    "TAGS": Cause.OTHER_PLATFORM,
    "EXCLUDED": Cause.EXCLUDED,
    "REQUIRES_PYTHON": Cause.REQUIRES_PYTHON,
    "UPLOAD_TIME": Cause.EXCLUDE_NEWER,
    "METADATA": Cause.METADATA,
    "HASH": Cause.HASH,
    "ONLY_SDIST": Cause.ONLY_SDIST,
    "NATIVE": Cause.NATIVE_SDIST,
    "YANKED": Cause.YANKED,
    "PREFERRED": Cause.PREFERRED,
    "CONFLICT": Cause.CONFLICT,
}
"""By the name of the rule that refuses."""
FAULTS: Mapping[Fault, Cause] = {
    Fault.SYSTEM: Cause.OTHER_PLATFORM,
    Fault.MACHINE: Cause.OTHER_PLATFORM,
    Fault.INTERPRETER: Cause.OTHER_INTERPRETER,
    Fault.PYTHON: Cause.OTHER_PYTHON,
    Fault.GLIBC: Cause.GLIBC,
}


def fates(project: Project, version: Version, wish: Wish, judge: Judge) -> tuple[FileFate, ...]:
    """Every file of a version, the best usable one first."""
    listed = {file.filename: file for file in project.files(version)}
    return tuple(
        # Two indexes may offer files of one name.
        _fate(judged, judged.file or listed[judged.filename], wish, judge)
        for judged in project.judged(version)
    )


def _fate(judged: Judged, file: IndexFile, wish: Wish, judge: Judge) -> FileFate:
    cause, reason = _refused(judged, judge) or _passed(file, wish)
    return FileFate(filename=file.filename, size=file.size, cause=cause, reason=reason)


def _refused(judged: Judged, judge: Judge) -> tuple[Cause, str] | None:
    """What refuses the file whatever is asked for."""
    if judged.to_compile:
        return Cause.NATIVE_SDIST, "would have to be compiled"
    if judged.refusal is None:
        return None
    if judged.refusal.rule is Rule.TAGS and judged.wheel is not None:
        nearest = judge.nearest([judged.wheel])
        if nearest is not None:
            return FAULTS[nearest.fault], nearest.text
    return CAUSES[judged.refusal.rule.name], judged.refusal.reason


def _passed(file: IndexFile, wish: Wish) -> tuple[Cause, str]:
    """What keeps a file that loads from being taken."""
    if file.yanked is not None and not wish.exact:
        return Cause.YANKED, yanked(file.yanked)
    if wish.hashes is not None and with_allowed_hash(file, wish.hashes) is None:
        return Cause.HASH, "has none of the hashes that are asked for"
    return Cause.USABLE, "can be used"


def yanked(reason: str) -> str:
    """`is yanked: breaks imports`."""
    return f"is yanked: {reason}" if reason.strip() else "is yanked"
