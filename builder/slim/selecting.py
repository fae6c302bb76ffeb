"""Files of wheels that a user names: `PROJECT:GLOB`, or `GLOB` for whatever project."""

from dataclasses import dataclass

from packaging.utils import InvalidName, NormalizedName, canonicalize_name

from builder.slim.globs import GlobFault, pattern_of

METADATA = (".dist-info", ".egg-info")
WHY_METADATA = "Programs read it through `importlib.metadata`, and the licence is in it"
_EXAMPLE = "scipy/datasets/**"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """As it was written, and what it means."""

    text: str
    project: NormalizedName | None
    """None: of any."""
    glob: str

    def concerns(self, project: str) -> bool:
        return self.project is None or self.project == project

    def matches(self, path: str) -> bool:
        """Whether it means the file at `path` in site-packages, of a project that it concerns."""
        return pattern_of(self.glob).fullmatch(path) is not None


def parse_keep(text: str) -> Selector:
    """Raises GlobFault."""
    before, colon, after = text.partition(":")
    if not colon:
        before, after = "", text
    project = _project(before) if colon else None
    pattern_of(after)
    return Selector(text=text, project=project, glob=after)


def parse_drop(text: str) -> Selector:
    """The same, where a project must be named, and metadata must not. Raises GlobFault."""
    selector = parse_keep(text)
    if selector.project is None:
        raise GlobFault("names no project", hint=f"Write PROJECT:GLOB, such as `scipy:{_EXAMPLE}`")
    if selector.glob.partition("/")[0].endswith(METADATA):
        raise GlobFault("means metadata of a distribution, which is never left out", hint=f"{WHY_METADATA}")
    return selector


def _project(text: str) -> NormalizedName:
    try:
        return canonicalize_name(text.strip(), validate=True)
    except InvalidName as error:
        raise GlobFault("has no name of a project before its `:`") from error
