"""What bytecode costs and saves: made anew, taken from the store, its bytes, and what imports take.

    python benchmarks/bytecode.py WHEEL... --runtime python3.12 --import numpy --import scipy.stats

MB are millions of bytes; seconds are of the clock for making, of the processor for importing, which runs what
it imports.
"""

import argparse
import hashlib
import os
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from builder.bytecode.interpreter import find_compiler
from builder.bytecode.measuring import measure_saving
from builder.bytecode.names import is_module
from builder.bytecode.values import Overlay
from builder.bytecode.workshop import BytecodeWorkshop
from builder.interpreter.values import Interpreter
from builder.link.contents import read_content
from manylinux.runtimes import find_runtime
from prebuilt_index.store import Store
from prebuilt_index.wheel_archive import VerifiedWheel
from prebuilt_index.wheel_archive.verify import verify_wheel

_MB = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheels", nargs="+", type=Path)
    parser.add_argument("--runtime", default="python3.12")
    parser.add_argument("--import", dest="modules", action="append", default=[])
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with Store.temporary() as store, tempfile.TemporaryDirectory() as folder:
        interpreter, note = find_compiler(find_runtime(arguments.runtime), os.environ, store)
        if interpreter is None:
            sys.exit(note)
        wheels = [
            verify_wheel(path, path.name, hashlib.sha256(path.read_bytes()).hexdigest())
            for path in arguments.wheels
        ]
        lines = [f"Python {interpreter.version}, {os.cpu_count()} processes"]
        lines += _made(store, interpreter, wheels, Path(folder))
        lines += _imported(interpreter, arguments.modules, Path(folder), arguments.rounds)
    sys.stdout.write("\n".join([*lines, ""]))


def _made(
    store: Store, interpreter: Interpreter, wheels: Sequence[VerifiedWheel], tree: Path
) -> Iterator[str]:
    """A line for each wheel; each is unpacked at `tree`, with its bytecode."""
    yield f"{'':24} {'source':>9} {'.pyc':>9} {'in zip':>9} {'made':>9} {'speed':>11} {'found':>9}"
    for wheel in wheels:
        sources = {member.path: member for member in wheel.members if is_module(member.path)}
        seconds = []
        for _ in range(2):
            with BytecodeWorkshop(store, interpreter) as workshop:
                started = time.perf_counter()
                overlay = workshop.wheel(wheel, sources)
                seconds.append(time.perf_counter() - started)
        size = sum(member.size for member in sources.values()) / _MB
        unpacked, packed = (
            sum(getattr(member, field) for member in overlay.members.values()) / _MB
            for field in ("size", "compressed_size")
        )
        yield (
            f"{wheel.name + ' ' + str(wheel.version):24} {size:6.1f} MB {unpacked:6.1f} MB {packed:6.1f} MB "
            f"{seconds[0]:7.2f} s {size / seconds[0]:6.1f} MB/s {1000 * seconds[1]:6.1f} ms"
        )
        _unpack(wheel, overlay, tree)


def _unpack(wheel: VerifiedWheel, overlay: Overlay, tree: Path) -> None:
    with zipfile.ZipFile(wheel.path) as archive:
        archive.extractall(tree)
    for member in overlay.members.values():
        place = tree / member.path
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(read_content(overlay.path, member))


def _imported(interpreter: Interpreter, modules: Sequence[str], tree: Path, rounds: int) -> Iterator[str]:
    for module in modules:
        saving = measure_saving(interpreter, [tree], [module], rounds=rounds)
        less = 100 * (1 - saving.used / saving.unused)
        told = "".join(f"  {reason}" for reason in saving.reasons.values())
        yield f"import {module:17} {saving.unused:7.3f} s -> {saving.used:6.3f} s, {less:.0f} % less{told}"


if __name__ == "__main__":
    main()
