"""Whether one file may be used: each rule in turn, and the first that refuses gives the reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from packaging.utils import NormalizedName

from builder.model import ResolveOptions
from manylinux.refusal import Refusal as TagRefusal
from manylinux.target import Target
from manylinux.wheel_name import InvalidWheelNameError, WheelName
from prebuilt_index.artefacts import IndexFile


class Rule(Enum):
    """What kind of reason refuses a file."""

    NAME = auto()
    FORMAT = auto()
    TAGS = auto()
    EXCLUDED = auto()
    REQUIRES_PYTHON = auto()
    UPLOAD_TIME = auto()
    UNUSABLE = auto()
    METADATA = auto()
    HASH = auto()
    ONLY_SDIST = auto()
    NATIVE = auto()
    YANKED = auto()
    PREFERRED = auto()
    CONFLICT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a file may not be used."""

    rule: Rule
    reason: str
    """A clause whose subject is the file or its version: `needs Python >=3.12, python3.11 has 3.11`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One file of an index page, and what was found about it."""

    filename: str
    file: IndexFile | None = None
    """None for a file refused by its name alone: a page makes its items when they are asked for."""
    wheel: WheelName | None = None
    """None for an sdist, and for a wheel whose name is broken."""
    rank: int = 0
    """Of a usable wheel; lower is better."""
    refusal: Refusal | None = None
    last_resort: bool = False
    """Only the tag refuses the wheel, asking for a newer glibc than its files may need."""
    to_compile: bool = False
    """An sdist whose project has wheels, all for single platforms: it can be used, and takes a compiler."""

    @property
    def is_wheel(self) -> bool:
        return self.filename.endswith(".whl")


class Judge:
    """Judges files for one target under one set of options; remembers what it found about Requires-Python."""

    def __init__(self, target: Target, options: ResolveOptions) -> None:
        self._target = target
        self._options = options
        self._pythons: dict[str, bool] = {}

    def satisfies_python(self, requires_python: str | None) -> bool:
        """Whether the target's Python is in the range; a text that is no range refuses nothing, as in pip."""
        if not requires_python:
            return True
        verdict = self._pythons.get(requires_python)
        if verdict is None:
            verdict = self._pythons[requires_python] = self._target.satisfies_python(requires_python)
        return verdict

    def judge(
        self, project: NormalizedName, filename: str, files: Sequence[IndexFile], position: int
    ) -> Judged:
        """The verdict on one file of a page; its hash, and whether it is yanked, matter later."""
        wheel, rank, refusal = self._by_name(project, filename)
        if refusal is _OTHER_TAGS and wheel is not None:
            return self._other_tags(wheel, filename, files, position)
        if refusal is not None:
            return Judged(filename=filename, wheel=wheel, refusal=refusal)
        file = files[position]
        return Judged(filename=filename, file=file, wheel=wheel, rank=rank, refusal=self._by_content(file))

    def _other_tags(
        self, wheel: WheelName, filename: str, files: Sequence[IndexFile], position: int
    ) -> Judged:
        """A wheel that no tag of the target admits; where it only asks for a newer glibc, it may load."""
        nearest = None if self._options.strict_tags else self._target.refusal(wheel)
        if nearest is None or not nearest.is_only_newer_glibc:
            return Judged(filename=filename, wheel=wheel, refusal=_OTHER_TAGS)
        file = files[position]
        refusal = self._by_content(file)
        if refusal is not None:
            return Judged(filename=filename, file=file, wheel=wheel, refusal=refusal)
        rank = -nearest.nearness
        return Judged(
            filename=filename, file=file, wheel=wheel, rank=rank, refusal=_OTHER_TAGS, last_resort=True
        )

    def takes_wheels(self, project: NormalizedName) -> bool:
        """Whether `--no-binary` leaves the project its wheels."""
        return self._options.format_control.allows_wheel(project)

    def may_compile(self, project: NormalizedName) -> bool:
        """Whether sdists of the project may be compiled."""
        return self._options.compiling.allows(project)

    def _by_name(
        self, project: NormalizedName, filename: str
    ) -> tuple[WheelName | None, int, Refusal | None]:
        control = self._options.format_control
        if not filename.endswith(".whl"):
            allowed = control.allows_sdist(project)
            return None, 0, None if allowed else _refuse(Rule.FORMAT, "only wheels are allowed")
        try:
            wheel = WheelName.parse(filename)
        except InvalidWheelNameError:
            return None, 0, _refuse(Rule.NAME, "has a name that no wheel may have")
        if wheel.name != project:
            return wheel, 0, _refuse(Rule.NAME, f"belongs to another project, {wheel.name}")
        if not control.allows_wheel(project):
            return wheel, 0, _refuse(Rule.FORMAT, "only sdists are allowed")
        rank = self._target.rank(wheel)
        if rank is None:
            # Why not is only worked out when somebody asks: most files of a page are for somewhere else.
            return wheel, 0, _OTHER_TAGS
        return wheel, rank, None

    def _by_content(self, file: IndexFile) -> Refusal | None:
        if file.unusable is not None:
            return _refuse(Rule.UNUSABLE, file.unusable)
        reason = self._options.excluded.get(file.filename)
        if reason is not None:
            return _refuse(Rule.EXCLUDED, f"is excluded: {reason}")
        if not self.satisfies_python(file.requires_python):
            return self.needs_other_python(file.requires_python or "")
        limit = self._options.exclude_newer
        if limit is None:
            return None
        if file.upload_time is None:
            return _refuse(Rule.UPLOAD_TIME, "has no upload time, which `--exclude-newer` needs")
        if file.upload_time >= limit:
            return _refuse(
                Rule.UPLOAD_TIME, f"was uploaded on {file.upload_time:%Y-%m-%d}, not before {limit:%Y-%m-%d}"
            )
        return None

    def judge_direct(self, file: IndexFile) -> str | None:
        """Why a file that was pointed at cannot be used, or None; options about indexes do not bind it."""
        if not file.is_wheel:
            return None
        try:
            nearest = self.nearest([WheelName.parse(file.filename)])
        except InvalidWheelNameError:
            return "has a name that no wheel may have"
        if nearest is None or (nearest.is_only_newer_glibc and not self._options.strict_tags):
            return None
        return clause(nearest)

    def needs_other_python(self, requires_python: str) -> Refusal:
        """The refusal of a file whose Requires-Python leaves the target out."""
        runtime = self._target.runtime
        return _refuse(
            Rule.REQUIRES_PYTHON, f"needs Python {requires_python}, {runtime.id} has {runtime.python_release}"
        )

    def nearest(self, wheels: Iterable[WheelName]) -> TagRefusal | None:
        """Why none of the wheels loads: what keeps the one that comes nearest."""
        refusals = (self._target.refusal(wheel) for wheel in wheels)
        return max((refusal for refusal in refusals if refusal is not None), default=None)


def clause(refusal: TagRefusal) -> str:
    """What stands after `it`: `is built for Windows`, `needs glibc 2.28, the runtime has 2.26`."""
    return f"is {refusal.text}" if refusal.text.startswith("built") else refusal.text


def _refuse(rule: Rule, reason: str) -> Refusal:
    return Refusal(rule=rule, reason=reason)


NATIVE = Refusal(rule=Rule.NATIVE, reason="has to be compiled, and `--build never` is in force")
"""Of an sdist whose version or project has wheels, all for single platforms."""
_OTHER_TAGS = Refusal(rule=Rule.TAGS, reason="is for another platform")
