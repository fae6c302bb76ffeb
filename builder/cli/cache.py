"""`lbuild cache`: where the store is, how large, whether it is whole, and less of it."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from builder.cli.group import CommandGroup
from builder.cli.options import CACHE_FOLDER, Amount
from builder.cli.streams import mention, tell
from builder.report.sizes import human
from builder.report.text import table
from manylinux.errors import ExitStatus
from prebuilt_index.store import Store, upkeep
from prebuilt_index.store.store import BLOBS, TOOLS, TRIAL, Bucket

KINDS = {
    BLOBS: "files: wheels, sources, what was made of them",
    Bucket.PAGES: "pages of indexes",
    Bucket.LOCATIONS: "where files came from",
    Bucket.METADATA: "metadata of files",
    Bucket.WHEELS: "tables of verified wheels",
    Bucket.BYTECODE: "compiled modules",
    Bucket.BYTECODINGS: "choices of what to compile",
    Bucket.INTERPRETERS: "Pythons of this machine",
    Bucket.FACTS: "what compiled files say",
    Bucket.SLIMMINGS: "choices of what to leave out",
    Bucket.SCANS: "what code mentions",
    Bucket.OVERLAYS: "stripped libraries",
    Bucket.REMADE: "what was compressed anew",
    Bucket.CHECKS: "checks that found nothing",
    Bucket.BUILT: "wheels built from sources",
    Bucket.RESOLUTIONS: "resolutions",
    Bucket.PIP: "pip's configuration",
    Bucket.REPORTS: "reports of builds",
    TRIAL: "what trials run in",
    TOOLS: "compilers and their files",
}
"""The store's folders, in words."""


@click.group(name="cache", cls=CommandGroup)
def command() -> None:
    """Show, check, prune or clean the cache."""


@command.command(name="dir")
@CACHE_FOLDER
def show_folder(*, cache_dir: Path | None) -> None:
    """Print where the cache is."""
    tell(str(_folder(cache_dir)))


@command.command(name="size")
@CACHE_FOLDER
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout, in bytes.")
def show_size(*, cache_dir: Path | None, as_json: bool) -> None:
    """Print what the cache holds, by kind."""
    with _open(cache_dir) as store:
        usage = upkeep.usage(store)
    if as_json:
        form = {kind: {"files": each.files, "size": each.size} for kind, each in usage.items()}
        tell(json.dumps(form, indent=2))
        return
    rows = [(KINDS[kind], kind, f"{each.files}", human(each.size)) for kind, each in usage.items()]
    total = ("total", "", f"{sum(each.files for each in usage.values())}", human(_total(usage.values())))
    for line in table([("kind", "folder", "files", "size"), *rows, total], right=frozenset({2, 3})):
        tell(line)


@command.command(name="verify")
@CACHE_FOLDER
@click.option("--repair", is_flag=True, help="Remove what is damaged, so that it is fetched or made again.")
@click.pass_context
def verify(context: click.Context, *, cache_dir: Path | None, repair: bool) -> None:
    """Hash everything; exit status 4 if something is damaged and stays."""
    with _open(cache_dir) as store:
        faults = upkeep.verify(store, repair=repair)
    for fault in faults:
        tell(f"{fault.path}: {fault.problem}{' (removed)' if fault.repaired else ''}")
    mention(f"{len(faults)} damaged" if faults else "nothing is damaged")
    if any(not fault.repaired for fault in faults):
        context.exit(int(ExitStatus.INTEGRITY))


@command.command(name="prune")
@CACHE_FOLDER
@click.option("--days", type=Amount(min=0), metavar="DAYS", default=30, help="Unused for so long.  [30]")
def prune(*, cache_dir: Path | None, days: float) -> None:
    """Remove what was not used for some time, and what killed runs left."""
    with _open(cache_dir) as store:
        _freed(lambda: upkeep.prune(store, unused_days=days))


@command.command(name="clean")
@CACHE_FOLDER
def clean(*, cache_dir: Path | None) -> None:
    """Remove the whole cache."""
    folder = _folder(cache_dir)
    if not os.path.exists(folder):
        mention("there is no cache")
        return
    with _open(cache_dir) as store:
        _freed(lambda: upkeep.clean(store))


def _freed(work: Callable[[], int]) -> None:
    mention(f"freed {human(work())}")


def _total(usages: Any) -> int:
    return sum(each.size for each in usages)


def _folder(cache_dir: Path | None) -> Path:
    from builder.composing.cache_folder import cache_folder

    return cache_folder(cache_dir)


def _open(cache_dir: Path | None) -> Store:
    return Store.open(_folder(cache_dir))
