"""The `pure` build backend: sources in, a wheel of pure Python out, or a refusal that says what is native.

A `setup.py` runs on the Python that lbuild runs on, not on the target's. For a result that is pure this makes
no difference, unless the project looks at the version or the platform while it is built; such a project
should say so with markers. Compiling for a target is for other backends, which will take the same place:
`refusal`, then a build.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.utils import InvalidSdistFilename, NormalizedName, parse_sdist_filename
from packaging.version import Version

from builder.build import git, git_state, memory
from builder.build.build_system import RefusedError
from builder.build.purity import check_pure, metadata_of, native_needed, refusal
from builder.build.sdist_metadata import check_identity, static_metadata
from builder.build.tree import SourceTree
from builder.build.unpack import opened
from builder.build.values import BuildIndex, BuildPolicy, BuiltWheel, ConfigSettings, never
from builder.build.workbench import Workbench, machine_faults, workbench
from builder.errors import InputNotFoundError
from prebuilt_index.errors import MetadataMismatchError
from prebuilt_index.store import Store

_CHUNK = 1 << 20
"""Bytes."""
_NO_SETTINGS: ConfigSettings = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """What is built, and how it is remembered."""

    label: str
    key: str
    subdirectory: str | None
    config_settings: ConfigSettings
    name: NormalizedName | None = None
    version: Version | None = None
    """Name and version that the wheel must have; None: whatever it says."""
    commit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PureBuilder:
    """Builds wheels of pure Python, each source once. Every method may be called from several threads.

    All raise SdistBuildError, NativeBuildNeededError, EnvironmentFault, and what `pulse` raises: it is called
    several times a second while something is built, and so can stop it.
    """

    store: Store
    index: BuildIndex
    policy: BuildPolicy
    environ: Mapping[str, str]
    """Of this process; foreign programs see little of it."""

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
        name, version = _promise(filename) if promised else (None, None)
        job = _Job(
            label=f"`{name}` {version}" if promised else f"`{filename}`",
            key=memory.key_of(f"sha256:{_digest(archive)}", subdirectory, config_settings),
            subdirectory=subdirectory,
            config_settings=config_settings,
            name=name,
            version=version,
        )
        if built := memory.recall(self.store, job.key):
            return built
        with self._bench(job.label, pulse) as bench:
            with opened(archive, filename, bench.folder) as sources:
                if name and version:
                    check_identity(sources.read("PKG-INFO"), filename, name, version)
                root = sources.write_to(bench.sources)
            return self._made(bench, job, root)

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
        label = f"`{folder}`"
        with machine_faults(label):
            tree = SourceTree.of(folder, leave_out)
            source = f"folder:{tree.digest()}:{git_state.state_digest(folder)}"
        key = memory.key_of(source, subdirectory, config_settings)
        if built := memory.recall(self.store, key):
            return built
        with self._bench(label, pulse) as bench:
            tree.copy_to(bench.sources)
            git_state.imitate(folder, bench.sources)
            job = _Job(label=label, key=key, subdirectory=subdirectory, config_settings=config_settings)
            return self._made(bench, job, bench.sources)

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
        repository = git.Repository.parse(url)

        def key_of(commit: str) -> str:
            return memory.key_of(f"git:{repository.url}@{commit}", subdirectory, config_settings)

        def known(commit: str | None) -> BuiltWheel | None:
            return memory.recall(self.store, key_of(commit)) if commit else None

        if built := known(repository.commit):
            return built
        label = f"`git+{repository.url}`"
        with self._bench(label, pulse) as bench:
            leash = bench.leash_for_git(repository.secrets())
            advertised = git.advertised_commit(repository, leash)
            if built := known(advertised):
                return built
            commit = git.clone(
                replace(repository, revision=advertised or repository.revision), bench.sources, leash
            )
            if built := known(commit):
                return built
            job = _Job(
                label=label,
                key=key_of(commit),
                subdirectory=subdirectory,
                config_settings=config_settings,
                commit=commit,
            )
            return self._made(bench, job, bench.sources)

    def metadata_of_sdist(self, archive: Path, filename: str, *, pulse: Callable[[], None] = never) -> bytes:
        """Core metadata of an index's sdist: as it ships it, where that is final (PEP 643), else as built.

        Raises InputNotFoundError, BadArchiveError and MetadataMismatchError too.
        """
        name, version = _promise(filename)
        _digest(archive)
        with (
            self._bench(f"`{name}` {version}", pulse) as bench,
            opened(archive, filename, bench.folder) as sources,
        ):
            pkg_info = check_identity(sources.read("PKG-INFO"), filename, name, version)
        if static := static_metadata(pkg_info):
            return static
        built = self.from_sdist(archive, filename, pulse=pulse)
        return metadata_of(built.path, built.filename)

    def _bench(self, label: str, pulse: Callable[[], None]) -> AbstractContextManager[Workbench]:
        return workbench(label, self.policy, self.environ, self.index, pulse)

    def _made(self, bench: Workbench, job: _Job, root: Path) -> BuiltWheel:
        """The wheel of the project below `root`, judged, stored and remembered."""
        project = _below(root, job.subdirectory)
        if reason := refusal(project):
            raise native_needed(job.label, [reason])
        wheel = bench.make_wheel(project, job.config_settings)
        check_pure(wheel, job.name, job.version)
        with self.store.receive() as incoming, wheel.open("rb") as file:
            while chunk := file.read(_CHUNK):
                incoming.write(chunk)
            path, sha256 = incoming.commit(), incoming.sha256
        built = BuiltWheel(path=path, filename=wheel.name, sha256=sha256, commit=job.commit)
        memory.remember(self.store, job.key, built)
        return built


def _promise(filename: str) -> tuple[NormalizedName, Version]:
    try:
        return parse_sdist_filename(filename)
    except InvalidSdistFilename as error:
        raise MetadataMismatchError(
            f"The file name `{filename}` is not that of an sdist", hint="Require another version"
        ) from error


def _digest(archive: Path) -> str:
    try:
        with archive.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputNotFoundError(
            f"The archive `{archive}` cannot be read", evidence=(str(error.strerror),)
        ) from error


def _below(root: Path, subdirectory: str | None) -> Path:
    """The project's folder: `root`, or the subdirectory of it that was asked for."""
    if not subdirectory:
        return root
    project = (root / subdirectory).resolve()
    if not project.is_relative_to(root.resolve()) or not project.is_dir():
        raise RefusedError(f"it has no subdirectory `{subdirectory}`")
    return project
