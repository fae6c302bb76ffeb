"""What a build does once it is clear that it must be done: a wheel made on a bench, judged, remembered."""

import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.utils import NormalizedName
from packaging.version import Version

from builder.build import git, git_state, memory
from builder.build.build_system import RefusedError
from builder.build.door import NativeDoor
from builder.build.process import FailedError
from builder.build.purity import check_pure, metadata_of, native_needed, refusal
from builder.build.sdist_metadata import check_as_prepared, check_identity, check_prepared, static_metadata
from builder.build.tree import SourceTree
from builder.build.unpack import opened
from builder.build.values import BuildIndex, BuildPolicy, BuiltWheel, ConfigSettings, Provenance
from builder.build.workbench import Workbench, workbench
from builder.errors import NativeBuildNeededError
from manylinux.backends.compilers import NOTES
from manylinux.backends.confinement import gaps
from manylinux.backends.judging import Compilations
from manylinux.repair.values import Promise as PromisedWheel
from prebuilt_index.errors import OfflineError
from prebuilt_index.store import Store

_CHUNK = 1 << 20
"""Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """The project and version that an sdist's file name tells."""

    name: NormalizedName
    version: Version

    def __str__(self) -> str:
        return f"`{self.name}` {self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Builds one wheel; whether that is needed was decided before."""

    store: Store
    index: BuildIndex
    policy: BuildPolicy
    environ: Mapping[str, str]
    pulse: Callable[[], None]
    native: NativeDoor | None = None
    """None: what has to be compiled is refused."""
    tell: Callable[[str], None]
    """A line of what goes on, for everybody."""
    subdirectory: str | None = None
    config_settings: ConfigSettings

    def of_archive(self, archive: Path, filename: str, source: str, promise: Promise | None) -> BuiltWheel:
        """The wheel of an archive's sources, which are those of the promised project."""
        with self._bench(str(promise) if promise else f"`{filename}`") as bench:
            with opened(archive, filename, bench.folder) as sources:
                if promise:
                    check_identity(sources.read("PKG-INFO"), filename, promise.name, promise.version)
                root = sources.write_to(bench.sources)
            return self._made(bench, root, source, promise=promise)

    def of_folder(self, folder: Path, tree: SourceTree, source: str) -> BuiltWheel:
        """The wheel of a copy of a folder's sources."""
        with self._bench(f"`{folder}`") as bench:
            tree.copy_to(bench.sources)
            git_state.imitate(folder, bench.sources)
            return self._made(bench, bench.sources, source)

    def of_repository(self, repository: git.Repository, source_of: Callable[[str], str]) -> BuiltWheel:
        """The wheel of a commit, unless the commit turns out to have one. Raises OfflineError."""
        if self.policy.offline and repository.is_remote:
            raise OfflineError(
                f"the repository `{repository.url}` is not in the store, and lbuild may not go online",
                hint="Run once without `--offline`, with a whole commit id as the revision",
            )
        with self._bench(f"`git+{repository.url}`") as bench:
            leash = bench.leash_for_git(repository.secrets())
            advertised = git.advertised_commit(repository, leash)
            if advertised and (built := self.recall(source_of(advertised), None)):
                return built
            wanted = replace(repository, revision=advertised or repository.revision)
            commit = git.clone(wanted, bench.sources, leash)
            if built := self.recall(source_of(commit), None):
                return built
            return self._made(bench, bench.sources, source_of(commit), commit=commit)

    def static_metadata(self, archive: Path, filename: str, promise: Promise) -> bytes | None:
        """Core metadata the sdist ships, if no build can change it."""
        with self._bench(str(promise)) as bench, opened(archive, filename, bench.folder) as sources:
            return static_metadata(
                check_identity(sources.read("PKG-INFO"), filename, promise.name, promise.version)
            )

    def metadata(self, archive: Path, filename: str, source: str, promise: Promise) -> bytes | None:
        """Core metadata that the sdist's backend prepares, nothing built; kept by content.

        None where that tells nothing for sure: the backend does not offer it, or only a build shows who is
        to build.
        """
        key = self._metadata_key(source, promise)
        if kept := memory.recall_metadata(self.store, key):
            return kept
        with self._bench(str(promise), "Preparing the metadata of") as bench:
            with opened(archive, filename, bench.folder) as sources:
                root = sources.write_to(bench.sources)
            found = self._prepared(bench, _below(root, self.subdirectory), promise)
            if found is not None:
                check_prepared(found, promise.name, promise.version)
                memory.remember_metadata(self.store, key, found)
            return found

    def _prepared(self, bench: Workbench, project: Path, promise: Promise) -> bytes | None:
        if self.native is not None:
            native = self.native.open()
            sources = native.project(bench.label, project)
            if sources.compiles:
                return native.metadata(bench, sources, self.config_settings, _promised(promise))
            if sources.languages:
                return None
        return None if refusal(project) else bench.metadata(project, self.config_settings)

    def _metadata_key(self, source: str, promise: Promise | None) -> str:
        builder = self.native.shortcut(promise.name if promise else None) if self.native else memory.BUILDER
        return memory.key_of(source, self.subdirectory, self.config_settings, builder)

    def _bench(self, label: str, doing: str = "Building") -> AbstractContextManager[Workbench]:
        return workbench(label, self.policy, self.environ, self.index, self.pulse, doing)

    def recall(self, source: str, name: NormalizedName | None) -> BuiltWheel | None:
        """The wheel that was made of a source before, for this target or for all."""
        builders = self.native.builders(name) if self.native else ()
        pure = not (self.native and self.native.recipe)
        return memory.recall_any(
            self.store, source, self.subdirectory, self.config_settings, builders, pure=pure
        )

    def _made(
        self,
        bench: Workbench,
        root: Path,
        source: str,
        *,
        promise: Promise | None = None,
        commit: str | None = None,
    ) -> BuiltWheel:
        wheel, builder, story = self._wheel(bench, _below(root, self.subdirectory), promise)
        if said := memory.recall_metadata(self.store, self._metadata_key(source, promise)):
            check_as_prepared(said, metadata_of(wheel, wheel.name), wheel.name)
        with self.store.receive() as incoming, wheel.open("rb") as file:
            while chunk := file.read(_CHUNK):
                incoming.write(chunk)
            path, sha256 = incoming.commit(), incoming.sha256
        built = BuiltWheel(path=path, filename=wheel.name, sha256=sha256, commit=commit, provenance=story)
        builders = [builder]
        if self.native and self.native.recipe and not story:
            builders = []  # what its recipe changed is in no key but its own
        if self.native and (story or self.native.recipe):
            builders.append(self.native.shortcut(promise.name if promise else None))
        for each in builders:
            key = memory.key_of(source, self.subdirectory, self.config_settings, each)
            memory.remember(self.store, key, built)
        return built

    def _wheel(
        self, bench: Workbench, project: Path, promise: Promise | None
    ) -> tuple[Path, str, Provenance | None]:
        """The wheel, which builder made it, and how it was compiled, if it was."""
        if self.native is None:
            return self._pure(bench, project, promise), memory.BUILDER, None
        promised = _promised(promise)
        native = self.native.open()
        self.native.prepare(project)
        sources = native.project(bench.label, project)
        if sources.compiles:
            return native.make(bench, sources, self.config_settings, promised)
        if not sources.may_compile:
            return self._pure(bench, project, promise), memory.BUILDER, None
        # A build leaves things in its sources; a backend that compiles is to get them as they were.
        untouched = bench.folder / "untouched"
        shutil.copytree(project, untouched, symlinks=True)
        noting = bench.with_noting_compilers()
        compilations = Compilations.of(bench.folder / NOTES, project)
        try:
            wheel = self._pure(noting, project, promise)
            if failed := compilations.failed():
                raise native_needed(bench.label, [f"not compiled: `{path}`" for path in failed])
            return wheel, memory.BUILDER, None
        except NativeBuildNeededError:
            pass
        except FailedError:
            # This machine's compiler failed, or is none: that says nothing of the target's.
            if not compilations.happened():
                raise
        return native.make(bench, replace(sources, folder=untouched), self.config_settings, promised)

    def _pure(self, bench: Workbench, project: Path, promise: Promise | None) -> Path:
        """A wheel of pure Python. Raises NativeBuildNeededError."""
        if reason := refusal(project):
            raise native_needed(bench.label, [reason])
        for gap in gaps(self.environ.get("PATH", os.defpath)):
            self.tell(f"{bench.label}: {gap}")
        wheel = bench.make_wheel(project, self.config_settings)
        check_pure(wheel, promise.name if promise else None, promise.version if promise else None)
        return wheel


def _promised(promise: Promise | None) -> PromisedWheel:
    return PromisedWheel(name=promise.name, version=promise.version) if promise else PromisedWheel()


def _below(root: Path, subdirectory: str | None) -> Path:
    """The project's folder: `root`, or the subdirectory of it that was asked for."""
    if not subdirectory:
        return root
    project = (root / subdirectory).resolve()
    if not project.is_relative_to(root.resolve()) or not project.is_dir():
        raise RefusedError(f"it has no subdirectory `{subdirectory}`")
    return project
