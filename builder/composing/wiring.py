"""The one place that wires: options and adapters become the pipeline's tools."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import asdict
from functools import cache, cached_property
from typing import TYPE_CHECKING

import packaging

from builder import VERSION
from builder.choices.bundle_choices import HOST
from builder.choices.configuration import Configuration, read_configuration
from builder.choices.slim_choices import slim_profile
from builder.disk import LocalDisk, from_here
from builder.fragments.workshop import Workshop
from builder.link.contents import unreadable
from builder.memo import wish_key
from builder.model import Optimize
from builder.slim.profile import NOTHING, SlimProfile
from builder.watching import WatchedDisk, WatchedEnvironment
from prebuilt_index.urls import redacted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from builder.build import PureBuilder
    from builder.build.choice import Wishes as BuildWishes
    from builder.build.door import NativeDoor
    from builder.build.native import NativeBuilds
    from builder.bytecode.workshop import BytecodeWorkshop
    from builder.choices.bundle_choices import BundleChoices
    from builder.choices.wishes import Wishes
    from builder.composing.talk import Talk
    from builder.facts import World
    from builder.inputs import Reading
    from builder.model import BundlePlan, Pin, ResolveOptions, SlimmedWheels, SourceFile
    from builder.ports import Progress
    from builder.report.values import Stage
    from manylinux.elf.facts import Binary
    from manylinux.target import Target
    from prebuilt_index.index.client import IndexClient, IndexSettings
    from prebuilt_index.pip_config import PipDefaults
    from prebuilt_index.store import Store
    from prebuilt_index.wheel_archive import VerifiedWheel


class Wiring:
    """The pipeline's tools. Each adapter is made when it is first needed: a warm build needs hardly any."""

    def __init__(
        self,
        wishes: Wishes,
        target: Target,
        store: Store,
        progress: Progress,
        talk: Talk,
        pip: PipDefaults,
        output: Path | None,
        locked: Path | None = None,
        allow: frozenset[str] = frozenset(),
        bundle: BundleChoices | None = None,
    ) -> None:
        self.pip = pip
        self.folder = wishes.folder or from_here()
        self._wishes = wishes
        self._target = target
        self.store = store
        self._progress = progress
        self._talk = talk
        self._output = output
        self._locked = locked
        self._allow = allow
        self._bundle = bundle
        self._disk = LocalDisk()
        self.disk = WatchedDisk(self._disk)
        self.environ = WatchedEnvironment(os.environ)

    # -- what the pipeline asks ---------------------------------------------------------------------------

    @property
    def ask_again(self) -> bool:
        return self._wishes.cache.refresh

    @cached_property
    def reading(self) -> Reading:
        from builder.choices.meanings import given_inputs
        from builder.inputs import read_inputs

        wishes = self._wishes.inputs
        return read_inputs(
            wishes.words,
            cwd=self.folder,
            environ=self.environ,
            requirement_files=wishes.requirement_files,
            constraint_files=wishes.constraint_files,
            extras=wishes.extras,
            groups=wishes.groups,
            given=given_inputs(wishes, self._wishes.resolve, self._wishes.index),
            environment=self._target.environment(),
            disk=self.disk,
            stdin=sys.stdin.buffer.read,
        )

    @cached_property
    def options(self) -> ResolveOptions:
        from builder.choices.build_choices import compiling
        from builder.choices.meanings import resolve_options

        return resolve_options(self._wishes.resolve, self.reading.inputs, compiling(self.build_wishes))

    @cached_property
    def facts(self) -> World:
        from builder.facts import World

        leave_out = () if self._output is None else (self._output,)
        return World(self._client, self._builder, leave_out=leave_out)

    @cached_property
    def workshop(self) -> Workshop:
        return Workshop(self.store)

    def fetch(self, pins: Sequence[Pin]) -> tuple[VerifiedWheel, ...]:
        from builder.composing.supply import fetch_with

        learn = self.workshop.learning(self.slimming)
        return fetch_with(
            lambda: self.facts,
            self.store,
            learn,
            self._progress,
            pins,
            lambda name: self.native_door.builders(name),  # a warm build of wheels never makes the door
        )

    def slimmed(
        self, wheels: Sequence[VerifiedWheel], source: Sequence[SourceFile], profile: SlimProfile
    ) -> SlimmedWheels:
        from builder.slimming import slimmed

        paranoid = self._bundle is not None and self._bundle.paranoid
        regzip = self._bundle is not None and self._bundle.optimize == Optimize.SIZE
        return slimmed(
            wheels,
            source,
            profile,
            self.workshop,
            self.store,
            self._progress,
            paranoid=paranoid,
            regzip=regzip,
        )

    def pressed(self, plan: BundlePlan) -> BundlePlan:
        from builder.fragments.pressing import pressed

        return pressed(plan, self.store, self._progress)

    def binaries(self, wheel: VerifiedWheel) -> Mapping[str, Binary]:
        return self.workshop.binaries(wheel)

    def binary(self, path: Path) -> Binary | None:
        from manylinux.elf.read import read_compiled  # what has no compiled files does without

        try:
            return read_compiled(path)
        except OSError as error:
            raise unreadable(path, error) from error

    def bytecode_workshop(self) -> tuple[BytecodeWorkshop | None, str]:
        return self._compiling

    @cached_property
    def _compiling(self) -> tuple[BytecodeWorkshop | None, str]:
        from builder.composing.compilers import bytecode_workshop

        where = HOST if self._bundle is None else self._bundle.compile_in
        return bytecode_workshop(
            self._target.runtime,
            where,
            self.store,
            self._progress,
            self._talk.note,
            offline=self._wishes.cache.offline,
        )

    def on_stage(self, stage: Stage) -> None:
        self._talk.stage(stage)

    def now(self) -> float:
        return time.time()

    # -- what that needs ----------------------------------------------------------------------------------

    @cached_property
    def configuration(self) -> Configuration:
        return read_configuration(self.folder)

    @cached_property
    def slimming(self) -> SlimProfile:
        """Raises UsageError for what cannot be understood."""
        return NOTHING if self._bundle is None else slim_profile(self._bundle, self.configuration.slim)

    @cached_property
    def build_wishes(self) -> BuildWishes:
        from builder.choices.build_choices import build_wishes

        configured = self.configuration
        return build_wishes(self._wishes.resolve.build, configured.build)

    @cached_property
    def native_door(self) -> NativeDoor:
        from builder.build.door import NativeDoor

        @cache
        def load() -> NativeBuilds:
            from builder.composing.native import native_builds

            wishes, world = self.build_wishes, lambda: self.facts
            offline = self._wishes.cache.offline
            return native_builds(
                self._target, wishes, self.store, world, self.options, self._talk, offline=offline
            )

        return NativeDoor(target=self._target, wishes=self.build_wishes, open=load)

    @cached_property
    def settings(self) -> IndexSettings:
        from builder.choices.indexes import index_pins, index_settings, pinned, prebuilt_locations

        options = self.reading.inputs.index
        pins = {**self.configuration.index_pins, **index_pins(self._wishes.index.index_pins)}
        prebuilt = prebuilt_locations(self._prebuilt, self.folder)
        pins = pinned(pins, prebuilt, self.folder)
        return index_settings(pins, prebuilt, self._wishes.cache, options, self.pip, os.environ)

    @property
    def _prebuilt(self) -> tuple[str, ...]:
        """What the command line names goes before what is configured."""
        return (*self._wishes.index.prebuilt_indexes, *self.configuration.prebuilt_indexes)

    def wish(self) -> str:
        """The key of the wish; empty when standard input is part of it, which nobody can look at twice."""
        inputs = self._wishes.inputs
        if "-" in (*inputs.words, *inputs.requirement_files):
            return ""
        wishes = [asdict(each) for each in (inputs, self._wishes.resolve, self._wishes.index)]
        configured = self.configuration
        build = configured.build
        tables = (configured.index_pins, *((build.how, build.images) if build else ()))
        pins = [*(sorted(table.items()) for table in tables), sorted(build.pure) if build else []]
        defaults = [redacted(self.pip.index_url), self.pip.no_index, pins, configured.prebuilt_indexes]
        # What orders versions and evaluates markers, and the row of the runtime's table, decide too.
        deciders = [VERSION, packaging.__version__, repr(self._target), sorted(self._allow)]
        return wish_key([*deciders, wishes, self._locked, defaults, str(self.folder)])

    def beside(self, wishes: Wishes, target: Target) -> Wiring:
        """Tools for other wishes of the same run: one store, one progress, one workshop."""
        other = Wiring(
            wishes,
            target,
            self.store,
            self._progress,
            self._talk,
            self.pip,
            self._output,
            allow=self._allow,
            bundle=self._bundle,
        )
        other.workshop = self.workshop
        other.disk = WatchedDisk(self._disk)  # which has what pipes gave
        return other

    def close(self) -> None:
        """No request is under way and no process runs any more."""
        if "_compiling" in self.__dict__ and self._compiling[0] is not None:
            self._compiling[0].close()
        if "workshop" in self.__dict__:
            self.workshop.close()
        if "facts" in self.__dict__:
            self.facts.close()

    def _client(self) -> IndexClient:
        from prebuilt_index.index.client import IndexClient

        return IndexClient(self.store, self.settings)

    def _builder(self) -> PureBuilder:
        from builder.composing.pure_builder import pure_builder

        options, native, newest = self.reading.inputs.index, self.native_door, self.options.exclude_newer
        tell, world = self._talk.note, lambda: self.facts
        return pure_builder(options, self.settings, self.pip, self.store, native, tell, world, newest)
