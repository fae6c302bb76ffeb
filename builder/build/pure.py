"""Sources in, a wheel out: of pure Python, or compiled for the target where backends for that are given.

For pure Python a `setup.py` runs on the Python that lbuild runs on, not on the target's. For a result that is
pure this makes no difference, unless the project looks at the version or the platform while it is built; such
a project should say so with markers. What has to be compiled goes to `native`.

What was built before is only looked up here; `making`, and all that it needs, is imported when something must
run.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import InvalidSdistFilename, NormalizedName, parse_sdist_filename

from builder.build import git_state, memory
from builder.build.tree import SourceTree
from builder.build.values import BuildIndex, BuildPolicy, BuiltWheel, ConfigSettings, machine_faults, never
from builder.errors import InputNotFoundError
from prebuilt_index.errors import MetadataMismatchError
from prebuilt_index.store import Store

if TYPE_CHECKING:
    from builder.build.door import NativeDoor
    from builder.build.making import Maker, Promise

_NO_SETTINGS: ConfigSettings = {}


def _silent(line: str) -> None:
    """Nobody is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PureBuilder:
    """Builds wheels, each source once. Every method may be called from several threads.

    All raise SdistBuildError, NativeBuildNeededError, EnvironmentFault, and what `pulse` raises: it is called
    several times a second while something is built, and so can stop it.
    """

    store: Store
    index: BuildIndex
    policy: BuildPolicy
    environ: Mapping[str, str]
    """Of this process; foreign programs see little of it."""
    native: "NativeDoor | None" = None
    """To what compiles for one target; None: what has to be compiled is refused."""
    tell: Callable[[str], None] = _silent
    """A line of what goes on, for everybody."""

    def from_sdist(
        self,
        archive: Path,
        filename: str,
        *,
        promised: bool = True,
        subdirectory: str | None = None,
        config_settings: ConfigSettings = _NO_SETTINGS,
        pulse: Callable[[], None] = never,
    ) -> BuiltWheel:
        """The wheel of an sdist. `promised`: its file name tells project and version, as an index's files do.

        Raises InputNotFoundError, BadArchiveError and MetadataMismatchError too.
        """
        source = f"sha256:{_digest(archive)}"
        name = _name(filename) if promised else None
        if built := self._recall(source, subdirectory, config_settings, name):
            return built
        maker = self._maker(subdirectory, config_settings, pulse)
        return maker.of_archive(archive, filename, source, _promise(filename) if promised else None)

    def from_directory(
        self,
        folder: Path,
        *,
        subdirectory: str | None = None,
        config_settings: ConfigSettings = _NO_SETTINGS,
        leave_out: Collection[Path] = (),
        pulse: Callable[[], None] = never,
    ) -> BuiltWheel:
        """The wheel of a local project, built in a copy; built anew when its files, commit or tags change.

        `leave_out`: files and folders that are no part of it, such as the bundle being made. Raises
        InputNotFoundError too.
        """
        with machine_faults(f"`{folder}`"):
            tree = SourceTree.of(folder, leave_out)
            source = f"folder:{tree.digest()}:{git_state.state_digest(folder)}"
        if built := self._recall(source, subdirectory, config_settings):
            return built
        return self._maker(subdirectory, config_settings, pulse).of_folder(folder, tree, source)

    def from_vcs(
        self,
        url: str,
        *,
        subdirectory: str | None = None,
        config_settings: ConfigSettings = _NO_SETTINGS,
        pulse: Callable[[], None] = never,
    ) -> BuiltWheel:
        """The wheel of a commit in a git repository (`git+https://host/path@revision`), built once.

        What a branch or a tag stands for is asked every time. Raises InvalidRequirementError too.
        """
        from builder.build.git import Repository

        repository = Repository.parse(url)

        def source_of(commit: str) -> str:
            return f"git:{repository.url}@{commit}"

        if repository.commit and (
            built := self._recall(source_of(repository.commit), subdirectory, config_settings)
        ):
            return built
        return self._maker(subdirectory, config_settings, pulse).of_repository(repository, source_of)

    def metadata_of_sdist(self, archive: Path, filename: str, *, pulse: Callable[[], None] = never) -> bytes:
        """Core metadata of an index's sdist: as it ships it, where that is final (PEP 643); else of the wheel
        that was built of it; else as its backend prepares it; else as built.

        Raises InputNotFoundError, BadArchiveError and MetadataMismatchError too.
        """
        from builder.build.purity import metadata_of

        source, promise = f"sha256:{_digest(archive)}", _promise(filename)
        maker = self._maker(None, _NO_SETTINGS, pulse)
        if static := maker.static_metadata(archive, filename, promise):
            return static
        if built := self._recall(source, None, _NO_SETTINGS, promise.name):
            return metadata_of(built.path, built.filename)
        if prepared := maker.metadata(archive, filename, source, promise):
            return prepared
        built = maker.of_archive(archive, filename, source, promise)
        return metadata_of(built.path, built.filename)

    def _recall(
        self,
        source: str,
        subdirectory: str | None,
        config_settings: ConfigSettings,
        name: NormalizedName | None = None,
    ) -> BuiltWheel | None:
        builders = self.native.builders(name) if self.native else ()
        pure = not (self.native and self.native.recipe)
        return memory.recall_any(self.store, source, subdirectory, config_settings, builders, pure=pure)

    def _maker(
        self, subdirectory: str | None, config_settings: ConfigSettings, pulse: Callable[[], None]
    ) -> "Maker":
        from builder.build.making import Maker

        return Maker(
            store=self.store,
            index=self.index,
            policy=self.policy,
            environ=self.environ,
            pulse=pulse,
            native=self.native,
            tell=self.tell,
            subdirectory=subdirectory,
            config_settings=config_settings,
        )


def _name(filename: str) -> NormalizedName | None:
    """The project that an sdist's file name tells; None when it tells none."""
    with suppress(InvalidSdistFilename):
        return parse_sdist_filename(filename)[0]
    return None


def _promise(filename: str) -> "Promise":
    from builder.build.making import Promise

    try:
        name, version = parse_sdist_filename(filename)
    except ValueError as error:
        raise MetadataMismatchError(
            f"The file name `{filename}` is not that of an sdist", hint="Require another version"
        ) from error
    return Promise(name=name, version=version)


def _digest(archive: Path) -> str:
    try:
        with archive.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputNotFoundError(
            f"The archive `{archive}` cannot be read", evidence=(str(error.strerror),)
        ) from error
