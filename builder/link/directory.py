"""A planned bundle becomes a directory: for container images, and for deployers that zip themselves.

Files are 0644 or 0755 and folders 0755 whatever the umask, and every file's time is 1980-01-02 00:00 UTC,
which is 1980 in every time zone: the earliest a zip can hold. That time is also how a directory lbuild made
is told from one that holds somebody's work, since a marker file inside would be shipped, and one beside it
lost or left behind.

| at the output's place                                  | what happens                                      |
| ------------------------------------------------------ | ------------------------------------------------- |
| nothing                                                | made beside it, renamed                           |
| an empty folder, such as `sam build` makes             | filled: made inside it, then moved up             |
| only files of lbuild's time, and `__pycache__`         | made beside it, the old one renamed away, removed |
| anything else                                          | OutputError, nothing touched                      |

No system call swaps two folders everywhere. A kill between two renames leaves no output, or with a folder
that was empty a part of one; the next run puts that right.
"""

import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from io import FileIO
from itertools import chain, islice
from pathlib import Path
from queue import Empty, SimpleQueue

from builder.errors import OutputError
from builder.link.contents import inflated, source_pieces
from builder.link.output import check_folder_of, output_error, part_of, remove_stale
from builder.link.stream import WheelReaders, write_all
from builder.model import Bundle, BundlePlan, FromBytes, FromSource, FromWheel, PlannedFile

MTIME = 315_619_200
"""1980-01-02T00:00:00Z, seconds."""
_THREADS = 2
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """One file as it was written."""

    file: PlannedFile
    sha256: str
    size: int


def write_directory(
    plan: BundlePlan, output: Path, look: Callable[[Path], None] = lambda path: None
) -> Bundle:
    """The files of `plan` are below `output`, all of them; what was there before stays until then.

    `look` is called with the folder that was written, before it takes its place.
    Raises OutputError when the output cannot be written or holds what lbuild did not write, StoreError,
    HashMismatchError and SourceFileError when content cannot be had.
    """
    goal = check_directory_output(output)
    fill = goal.is_dir() and not any(goal.iterdir())
    beside = goal / goal.name if fill else goal
    part = part_of(beside)
    try:
        part.mkdir()
        written = _write_files(part, plan)
        look(part)
        if fill:
            _move_up(part, goal)
        else:
            _swap(part, goal)
    except OSError as error:
        raise output_error(output, goal, error, sum(file.size for file in plan.files)) from error
    finally:
        _remove(part)
    return _bundle(output, written)


def check_directory_output(output: Path) -> Path:
    """Where a directory output really goes, links followed; what killed runs left there is gone.

    Raises OutputError when the folder around it is missing or not writable, or when it exists and is no
    directory, or one that holds what lbuild did not write.
    """
    goal = check_folder_of(output)
    remove_stale(goal)
    if not os.path.lexists(goal):
        return goal
    if not goal.is_dir():
        raise OutputError(f"`{output}` is not a directory", hint="Name another output, or remove it")
    remove_stale(goal / goal.name)
    foreign = list(islice(_foreign(goal), _SHOWN))
    if foreign:
        raise OutputError(
            f"`{output}` holds files that lbuild did not write, or that changed since",
            evidence=[f"`{path}`" for path in foreign],
            hint="Name an empty or a new directory, or remove this one",
        )
    return goal


def _foreign(goal: Path) -> Iterator[str]:
    """Paths in `goal` that no build of lbuild wrote: links, files of another time (not cached bytecode)."""
    for folder, folders, files in os.walk(goal):
        folders.sort()
        links = [each for each in folders if os.path.islink(os.path.join(folder, each))]
        for name in sorted([*files, *links]):
            path = os.path.join(folder, name)
            facts = os.lstat(path)
            ours = stat.S_ISREG(facts.st_mode) and facts.st_mtime_ns == MTIME * 1_000_000_000
            if not ours and not _is_cached_bytecode(Path(path)):
                yield os.path.relpath(path, goal)


def directory_digest(folder: Path) -> str:
    """`Bundle.sha256` of the bundle in `folder`; bytecode that Python left there since does not count.

    Raises OSError.
    """
    lines = []
    for parent, _, names in os.walk(folder):
        for name in names:
            location = Path(parent, name)
            facts = location.lstat()
            if not (_is_cached_bytecode(location) and facts.st_mtime_ns != MTIME * 1_000_000_000):
                path = location.relative_to(folder).as_posix()
                sha256 = _sha256(location) if stat.S_ISREG(facts.st_mode) else ""
                lines.append((path, _line(path, executable=bool(facts.st_mode & 0o100), sha256=sha256)))
    return hashlib.sha256(b"".join(line for _, line in sorted(lines))).hexdigest()


def _sha256(location: Path) -> str:
    with open(location, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_files(root: Path, plan: BundlePlan) -> list[_Written]:
    """Every file, by two threads that take the largest first; in the plan's order."""
    for folder in sorted({parent for file in plan.files for parent in _parents(file.path)}):
        (root / folder).mkdir(exist_ok=True)  # `PIL` and `pil` are one folder on macOS
        (root / folder).chmod(0o755)
    root.chmod(0o755)
    waiting: SimpleQueue[PlannedFile] = SimpleQueue()
    for file in sorted(plan.files, key=lambda file: -file.size):
        waiting.put(file)
    with ThreadPoolExecutor(_THREADS) as pool:
        try:
            parts = list(pool.map(lambda _: list(_write_waiting(root, plan, waiting)), range(_THREADS)))
        except BaseException:
            _drain(waiting)
            raise
    return sorted(chain(*parts), key=lambda written: written.file.path)


def _parents(path: str) -> Iterator[str]:
    folder = path.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def _drain(waiting: SimpleQueue[PlannedFile]) -> None:
    with suppress(Empty):
        while True:
            waiting.get_nowait()


def _write_waiting(root: Path, plan: BundlePlan, waiting: SimpleQueue[PlannedFile]) -> Iterator[_Written]:
    with closing(WheelReaders()) as wheels, suppress(Empty):
        while True:
            yield _write_file(root, waiting.get_nowait(), plan, wheels)


def _write_file(root: Path, planned: PlannedFile, plan: BundlePlan, wheels: WheelReaders) -> _Written:
    location = f"{root}/{planned.path}"
    content = planned.content
    digest = None if isinstance(content, FromWheel) else hashlib.sha256()
    size = 0
    with FileIO(location, "x") as file:
        for piece in _pieces(content, plan, wheels):
            write_all(file, memoryview(piece))
            size += len(piece)
            if digest is not None:
                digest.update(piece)
    os.chmod(location, _mode(planned.executable))
    os.utime(location, (MTIME, MTIME))
    sha256 = content.member.sha256 if isinstance(content, FromWheel) else ""
    return _Written(file=planned, sha256=digest.hexdigest() if digest else sha256, size=size)


def _pieces(
    content: FromWheel | FromSource | FromBytes, plan: BundlePlan, wheels: WheelReaders
) -> Iterable[bytes | bytearray]:
    match content:
        case FromWheel(member=member):
            return inflated(wheels[plan.location(content)], member)
        case FromSource(location=location):
            return source_pieces(location)
        case FromBytes(content=made):
            return (made,)


def _mode(executable: bool) -> int:
    return 0o755 if executable else 0o644


def _line(path: str, *, executable: bool, sha256: str) -> bytes:
    """What the digest of a directory has for one file."""
    return f"{path}\0{_mode(executable):04o}\0{sha256}\n".encode("utf-8", "surrogateescape")


def _is_cached_bytecode(path: Path) -> bool:
    return path.parent.name == "__pycache__" and path.suffix == ".pyc"


def _move_up(part: Path, goal: Path) -> None:
    """What `part` held lies in `goal`; all of it is back when that fails."""
    moved: list[Path] = []
    try:
        for entry in sorted(part.iterdir()):
            entry.rename(goal / entry.name)
            moved.append(entry)
    except BaseException:
        for entry in moved:
            (goal / entry.name).rename(entry)
        raise


def _swap(part: Path, goal: Path) -> None:
    """`part` stands where `goal` stood; `goal` is back in its place when that fails."""
    if not goal.is_dir():
        part.rename(goal)
        return
    old = part_of(goal)
    goal.rename(old)
    try:
        part.rename(goal)
    except BaseException:
        old.rename(goal)
        raise
    _remove(old)


def _remove(folder: Path) -> None:
    """`folder` is gone, also when Ctrl-C comes meanwhile; what resists, the next run removes."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except KeyboardInterrupt:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _bundle(output: Path, written: Sequence[_Written]) -> Bundle:
    digest = hashlib.sha256()
    sizes: dict[str, int] = {}
    for each in written:
        digest.update(_line(each.file.path, executable=each.file.executable, sha256=each.sha256))
        sizes[each.file.owner] = sizes.get(each.file.owner, 0) + each.size
    return Bundle(
        path=output,
        sha256=digest.hexdigest(),
        zipped_size=None,
        unzipped_size=sum(sizes.values()),
        files=len(written),
        sizes={owner: (size, size) for owner, size in sizes.items()},
    )
