"""The one place that wires: adapters become tools, and the pipeline runs with them."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from builder.cli import choices
from builder.cli.bundle_choices import BundleChoices
from builder.cli.options import CacheChoices, IndexChoices, InputChoices, ResolveChoices, TargetChoices
from builder.cli.terminal import Terminal
from builder.facts import World
from builder.inputs import read_inputs
from builder.model import Inputs
from builder.pipeline import Order, Tools
from builder.ports import Progress, Silent
from builder.report.text import target_line
from prebuilt_index.store import Store
from prebuilt_index.urls import redacted

if TYPE_CHECKING:
    from prebuilt_index.pip_config import PipDefaults

    from builder.build import PureBuilder
    from builder.report.values import Report
    from prebuilt_index.index.client import IndexClient, IndexSettings


def cache_folder(chosen: Path | None) -> Path:
    """The store's folder: the one chosen, else the user's cache folder of this system."""
    if chosen is not None:
        return chosen
    from platformdirs import user_cache_path

    return user_cache_path("lbuild", appauthor=False)


@contextmanager
def opened_store(caching: CacheChoices) -> Iterator[Store]:
    """The store of one run; gone afterwards with `--no-cache`."""
    store = Store.temporary() if caching.no_cache else Store.open(cache_folder(caching.cache_dir))
    try:
        yield store
    finally:
        store.close()


@contextmanager
def shown_progress(terminal: Terminal) -> Iterator[Progress]:
    """Bars on a terminal, silence elsewhere."""
    if not terminal.interactive or terminal.verbosity < 0:
        yield Silent()
        return
    from builder.cli.progress import Bars

    with Bars() as bars:
        yield bars


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """All options of a run, sorted by whom they concern."""

    inputs: InputChoices
    target: TargetChoices
    resolve: ResolveChoices
    index: IndexChoices
    cache: CacheChoices

    @classmethod
    def of(cls, keywords: Mapping[str, Any]) -> "Wishes":
        return cls(
            inputs=InputChoices.of(keywords),
            target=TargetChoices.of(keywords),
            resolve=ResolveChoices.of(keywords),
            index=IndexChoices.of(keywords),
            cache=CacheChoices.of(keywords),
        )


class Wiring:
    """The adapters of one run, each made when it is first needed: a warm build opens no connection."""

    def __init__(self, wishes: Wishes, store: Store, progress: Progress, terminal: Terminal) -> None:
        self._wishes = wishes
        self._store = store
        self._progress = progress
        self._terminal = terminal

    @cached_property
    def pip(self) -> "PipDefaults":
        """pip's configuration; what of it is not used is told."""
        from prebuilt_index.pip_config import read_pip_defaults

        defaults = read_pip_defaults(os.environ, self._store)
        for line in _unused(defaults):
            self._terminal.note(line)
        return defaults

    def inputs(self, chosen: choices.ChosenTarget) -> tuple[Inputs, tuple[Path, ...]]:
        """Everything the words and files ask for, and the lock files among them."""
        reading = read_inputs(
            self._wishes.inputs.words,
            cwd=Path.cwd(),
            environ=os.environ,
            requirement_files=self._wishes.inputs.requirement_files,
            constraint_files=self._wishes.inputs.constraint_files,
            extras=self._wishes.inputs.extras,
            groups=self._wishes.inputs.groups,
            given=choices.given_inputs(self._wishes.inputs, self._wishes.resolve, self._wishes.index),
            environment=chosen.target.environment(),
            stdin=sys.stdin.buffer.read,
        )
        return reading.inputs, reading.locks

    @contextmanager
    def tools(self, inputs: Inputs, output: Path | None) -> Iterator[Tools]:
        """The pipeline's tools; no request is under way afterwards."""
        settings = choices.index_settings(
            self._wishes.index, self._wishes.cache, inputs.index, self.pip, os.environ
        )
        world = World(
            lambda: self._client(settings),
            lambda: self._builder(inputs, settings),
            leave_out=() if output is None else (output,),
        )
        try:
            yield self._tools(world, settings, inputs)
        finally:
            world.close()

    def _client(self, settings: "IndexSettings") -> "IndexClient":
        from prebuilt_index.index.client import IndexClient

        return IndexClient(self._store, settings)

    def _builder(self, inputs: Inputs, settings: "IndexSettings") -> "PureBuilder":
        from builder.build import BuildIndex, BuildPolicy, PureBuilder

        index = BuildIndex(
            index_url=inputs.index.index_url or self.pip.index_url,
            find_links=settings.find_links,
            no_index=inputs.index.no_index,
            trusted_hosts=settings.http.trusted_hosts,
            certificates=None if settings.http.ca_bundle is None else str(settings.http.ca_bundle),
            client_certificate=self.pip.client_cert,
            proxy=self.pip.proxy,
        )
        policy = BuildPolicy(logs=self._store.root / "logs")
        return PureBuilder(store=self._store, index=index, policy=policy, environ=os.environ)

    def _tools(self, world: World, settings: "IndexSettings", inputs: Inputs) -> Tools:
        from builder.cli.supply import fetcher

        return Tools(
            facts=world,
            store=self._store,
            fetch=fetcher(world, self._store, self._progress, require_hashes=inputs.require_hashes),
            indexes=tuple(
                redacted(url) for url in (*settings.indexes, *settings.find_links, *settings.pins.values())
            ),
            ask_again=settings.refresh,
            on_stage=self._terminal.stage,
        )


def run_bundle(wishes: Wishes, bundle: BundleChoices, terminal: Terminal) -> "Report":
    """Build what is wished for and tell how it goes; the report."""
    from builder.pipeline import build_bundle

    chosen = _announced(wishes, terminal)
    with opened_store(wishes.cache) as store, shown_progress(terminal) as progress:
        wiring = Wiring(wishes, store, progress, terminal)
        inputs, locks = wiring.inputs(chosen)
        order = _bundle_order(wishes, bundle, chosen, inputs, locks)
        with wiring.tools(inputs, order.output) as tools:
            return build_bundle(order, tools)


def _announced(wishes: Wishes, terminal: Terminal) -> choices.ChosenTarget:
    chosen = choices.choose_target(wishes.target, datetime.now(tz=UTC).date())
    terminal.say([target_line(chosen.target, chosen.by)])
    if chosen.warning:
        terminal.warn(chosen.warning)
    return chosen


def _bundle_order(
    wishes: Wishes,
    bundle: BundleChoices,
    chosen: choices.ChosenTarget,
    inputs: Inputs,
    locks: tuple[Path, ...],
) -> Order:
    where = choices.destination(bundle)
    return Order(
        inputs=inputs,
        target=chosen.target,
        target_chosen_by=chosen.by,
        resolve=choices.resolve_options(wishes.resolve, inputs),
        link=choices.link_options(bundle, wishes.resolve.prefer),
        locked=bundle.locked,
        lock_files=locks,
        source=bundle.source,
        output=None if where is None else where.path,
        as_directory=where is not None and where.as_directory,
        exclude=frozenset(map(canonicalize_name, bundle.exclude)),
        exclude_runtime_packages=bundle.exclude_runtime_packages,
        limited=not bundle.no_limit,
    )


def _unused(defaults: "PipDefaults") -> Iterator[str]:
    """What pip's configuration says and lbuild leaves aside, and how to have it nevertheless."""
    if defaults.ignored_extra_index_urls:
        urls = ", ".join(map(redacted, defaults.ignored_extra_index_urls))
        yield f"extra-index-url of pip's configuration is not used ({urls}): name each with --extra-index-url"
    if defaults.ignored_find_links:
        places = ", ".join(map(redacted, defaults.ignored_find_links))
        yield f"find-links of pip's configuration is not used ({places}): name each with --find-links"
