"""`lbuild index add FILE...`: wheels come into an index."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from builder.cli.index.options import INDEX
from builder.cli.options import CACHE_FOLDER, TALK, TalkChoices, options
from builder.cli.sections import Sectioned
from builder.cli.streams import tell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from builder.cli.terminal import Terminal
    from prebuilt_index.tree.adding import Added
    from prebuilt_index.tree.admission import Candidate

ADD = (
    click.argument("words", nargs=-1, metavar="FILE|FOLDER|GLOB..."),
    INDEX,
    click.option(
        "--from-cache",
        multiple=True,
        metavar="PROJECT",
        help="Wheels of PROJECT (`:all:`: of any) that builds left in the cache, with how they were made.",
    ),
    click.option(
        "--upload-time",
        metavar="DATE",
        help="What pages say of when they came (ISO 8601), which `--exclude-newer` goes by.  [nothing]",
    ),
    CACHE_FOLDER,
)


@click.command(name="add", cls=Sectioned)
@options(ADD, TALK)
def command(
    *,
    words: tuple[str, ...],
    root: Path,
    from_cache: tuple[str, ...],
    upload_time: str | None,
    cache_dir: Path | None,
    **keywords: Any,
) -> None:
    """Add wheels to an index, which is begun if need be. All of them, or with an error none.

    Each is verified to its last byte. One that is there already is passed over; one of the same name with
    other bytes is refused. FOLDER stands for the wheels in it.
    """
    from builder.cli.terminal import Terminal
    from prebuilt_index.tree.adding import add

    talk = TalkChoices.of(keywords)
    terminal = Terminal(talk.verbosity)
    moment = _moment(upload_time)
    found = [*given(words), *_cached(from_cache, cache_dir)]
    candidates = [replace(each, upload_time=moment) for each in found]
    _demand_some(candidates)
    with terminal.progress() as progress:
        progress.start("verify", len(candidates))
        added = add(root, candidates, verified=lambda: progress.advance("verify", 1))
        progress.finish("verify")
    _show(root, added, terminal)
    if talk.as_json:
        form = [
            {"filename": each.entry.filename, "sha256": each.entry.sha256, "new": each.new} for each in added
        ]
        tell(json.dumps({"index": str(root), "wheels": form}, indent=2))


def _moment(text: str | None) -> datetime | None:
    """The time a user means; UTC unless it says otherwise. Raises UsageError."""
    from manylinux.errors import UsageError

    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"`--upload-time {text}` is not a time", hint="Write `2026-11-27` or `2026-11-27T12:00:00Z`"
        ) from error


def given(words: Sequence[str]) -> Iterator[Candidate]:
    """The wheels that the words name. Raises InputNotFoundError."""
    from prebuilt_index.tree.admission import Candidate

    paths = dict.fromkeys(path for word in words for path in _named(word))
    return (Candidate(path=path, filename=path.name) for path in paths)


def _named(word: str) -> Sequence[Path]:
    import glob

    from builder.errors import InputNotFoundError

    path = Path(word)
    if os.path.isdir(path):
        found = sorted(each for each in path.iterdir() if each.name.endswith(".whl"))
    elif os.path.exists(path) or not glob.has_magic(word):
        found = [path]
    else:
        found = sorted(map(Path, glob.glob(word, recursive=True)))
    strange = next((each for each in found if not os.path.isfile(each)), None)
    if not found or strange is not None:
        what = "holds no wheel" if os.path.isdir(path) else "does not exist"
        if strange is not None and os.path.exists(strange):
            word, what = str(strange), "is no file"
        raise InputNotFoundError(f"`{word}` {what}", hint="Name wheels, folders with wheels, or a pattern")
    return found


def _cached(projects: Sequence[str], cache_dir: Path | None) -> Sequence[Candidate]:
    """The wheels of these projects that builds left in the cache. Raises InputNotFoundError."""
    if not projects:
        return ()
    from packaging.utils import canonicalize_name

    from builder.build.kept import kept
    from builder.composing.cache_folder import cache_folder
    from builder.errors import InputNotFoundError
    from prebuilt_index.store import Store
    from prebuilt_index.tree.admission import Candidate
    from prebuilt_index.tree.layout import project_of

    folder = cache_folder(cache_dir)
    with Store.open(folder) as store:
        found = kept(store)
    wanted = None if ":all:" in projects else {canonicalize_name(name) for name in projects}
    chosen = [each for each in found if wanted is None or project_of(each.filename) in wanted]
    missing = sorted((wanted or set()) - {project_of(each.filename) for each in chosen})
    if missing or not chosen:
        what = f"of `{missing[0]}`" if missing else "that was built"
        raise InputNotFoundError(
            f"The cache holds no wheel {what}",
            evidence=[f"cache: {folder}"],
            hint="`lbuild REQUIREMENTS -o BUNDLE` builds what has no usable wheel, and keeps it there",
        )
    return [Candidate(path=each.path, filename=each.filename, provenance=each.provenance) for each in chosen]


def _demand_some(candidates: Sequence[Candidate]) -> None:
    if not candidates:
        from manylinux.errors import UsageError

        raise UsageError("No wheel is named", hint="Name files, or give `--from-cache PROJECT`")


def _show(root: Path, added: Sequence[Added], terminal: Terminal) -> None:
    from builder.report.sizes import human

    for each in added:
        if each.new:
            terminal.detail(f"{each.entry.filename}  sha256:{each.entry.sha256}")
    new = {each.entry.filename: each.entry.size for each in added if each.new}
    told = f"added {_count(len(new))} ({human(sum(new.values()))}) to {root}"
    rest = len({each.entry.filename for each in added}) - len(new)
    terminal.say([f"{told}; {_count(rest)} there already" if rest else told])
    terminal.say([f"index: {(root / 'simple').absolute().as_uri()}/"])


def _count(number: int) -> str:
    return f"{number} {'wheel' if number == 1 else 'wheels'}"
