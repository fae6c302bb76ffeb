"""How fast compiled files are stripped, with the verification of each: compressing the result not counted.

    python benchmarks/strip.py WHEEL... [--rounds 5]

MB are millions of bytes of the originals; seconds are of the processor, the least of the rounds.
"""

import argparse
import mmap
import sys
import tempfile
import time
import zipfile
from contextlib import closing
from pathlib import Path

from manylinux.elf.kinds import is_elf
from manylinux.strip.strip import Stripped, strip_elf

_MB = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheels", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = [path for wheel in arguments.wheels for path in _unpacked(wheel, Path(folder, wheel.name))]
        size = sum(path.stat().st_size for path in files) / _MB
        rounds = [_stripped(files) for _ in range(arguments.rounds)]
    seconds, removed = min(rounds)
    sys.stdout.write(
        f"{len(files)} files, {size:.1f} MB in {seconds:.3f} s: {size / seconds:.0f} MB/s; "
        f"{removed / _MB:.1f} MB less\n"
    )


def _unpacked(wheel: Path, folder: Path) -> list[Path]:
    """The ELF files of the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and _is_elf(path)]


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return is_elf(file.read(64))


def _stripped(files: list[Path]) -> tuple[float, int]:
    """Seconds, and bytes that went."""
    started, removed = time.process_time(), 0
    for path in files:
        with path.open("rb") as file, closing(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)) as whole:
            outcome = strip_elf(whole)
            removed += outcome.removed if isinstance(outcome, Stripped) else 0
    return time.process_time() - started, removed


if __name__ == "__main__":
    main()
