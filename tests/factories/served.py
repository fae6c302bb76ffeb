"""A prebuilt index that a test puts wheels into while it is served."""

from collections.abc import Mapping
from pathlib import Path

from packaging.utils import canonicalize_name

from factories.wheels import write_wheel
from prebuilt_index.tree.adding import add
from prebuilt_index.tree.admission import Candidate
from prebuilt_index.tree.entry import Provenance
from prebuilt_index.tree.layout import page_path, wheel_path
from prebuilt_index.tree.reading import begin
from prebuilt_index.tree.upkeep import refresh, set_yanked

X86_313 = "cp313-cp313-manylinux_2_17_x86_64"
ARM_311 = "cp311-cp311-manylinux_2_17_aarch64"


class Prebuilt:
    """The index at `root`, which is begun."""

    def __init__(self, root: Path) -> None:
        self.root = root
        begin(root)
        refresh(root)

    def add(
        self,
        project: str,
        version: str,
        *,
        tag: str = X86_313,
        files: Mapping[str, bytes] | None = None,
        yanked: str | None = None,
        provenance: Provenance | None = None,
        requires_python: str | None = None,
    ) -> str:
        """A wheel is in the index; its file name."""
        beside = self.root.with_name(f"{self.root.name}-wheels")
        beside.mkdir(exist_ok=True)
        path = write_wheel(beside, project, version, files, tag=tag, requires_python=requires_python)
        add(self.root, [Candidate(path=path, filename=path.name, provenance=provenance)])
        if yanked is not None:
            set_yanked(self.root, lambda entry: entry.filename == path.name, yanked)
        return path.name

    def wheel(self, filename: str) -> bytes:
        """The bytes of a wheel that was added."""
        return (self.root / wheel_path(filename)).read_bytes()

    def page(self, project: str | None, name: str) -> bytes:
        """The bytes of a page."""
        named = None if project is None else canonicalize_name(project)
        return (self.root / page_path(named, name)).read_bytes()
