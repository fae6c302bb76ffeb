"""What the audit costs: reading the compiled files of wheels that are new, and one warm build's part.

    python benchmarks/audit.py WHEEL... [--runtime python3.13] [--rounds 7]

Reading is told in MB (millions of bytes) of compiled files and second of processor time. A warm build's part
is what a fresh process takes to load the audit's modules, take the facts out of the store and hold them
against the runtime: milliseconds of processor time.
"""

import argparse
import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from builder.fragments.workshop import Workshop
from builder.link.contents import read_content
from builder.link.plan import plan_bundle
from builder.model import LayoutKind, LinkOptions
from manylinux.architecture import Architecture
from manylinux.runtimes import find_runtime
from manylinux.target import Target
from prebuilt_index.store import Store
from prebuilt_index.wheel_archive import VerifiedWheel
from prebuilt_index.wheel_archive.cached import load_or_verify

_MB = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheels", nargs="+", type=Path)
    parser.add_argument("--runtime", default="python3.13")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--warm", type=Path, metavar="STORE", help="one warm build's part, as a number")
    arguments = parser.parse_args()
    if arguments.warm is not None:
        with Store(arguments.warm) as store:
            sys.stdout.write(f"{_warm(store, arguments.wheels, arguments.runtime)}\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        with Store(Path(folder)) as store:
            _tell_cold(store, arguments.wheels)
        command = [sys.executable, __file__, *map(os.fspath, arguments.wheels), "--warm", folder]
        command += ["--runtime", arguments.runtime]
        times = [float(subprocess.check_output(command)) for _ in range(arguments.rounds)]
    sys.stdout.write(
        f"warm: {1000 * min(times):.0f} to {1000 * max(times):.0f} ms, "
        f"median {1000 * statistics.median(times):.0f} ms\n"
    )


def _verified(store: Store, paths: Sequence[Path]) -> list[VerifiedWheel]:
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    return [
        load_or_verify(store, path, path.name, digest) for path, digest in zip(paths, digests, strict=True)
    ]


def _tell_cold(store: Store, paths: Sequence[Path]) -> None:
    wheels = _verified(store, paths)
    before = _seconds()
    workshop = Workshop(store)
    try:
        found = [workshop.binaries(wheel) for wheel in wheels]
    finally:
        workshop.close()
    seconds = _seconds() - before
    sizes = [
        member.size
        for wheel, facts in zip(wheels, found, strict=True)
        for member in wheel.members
        if member.path in facts
    ]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / _MB
    size = sum(sizes) / _MB
    sys.stdout.write(
        f"cold: {len(sizes)} compiled files, {size:.1f} MB in {seconds:.2f} s of processor time: "
        f"{size / seconds:.0f} MB/s; peak {peak:.0f} MB\n"
    )


def _seconds() -> float:
    """Of processor time."""
    return time.process_time()


def _warm(store: Store, paths: Sequence[Path], runtime: str) -> float:
    target = Target(runtime=find_runtime(runtime), architecture=Architecture.X86_64)
    wheels = _verified(store, paths)
    plan = plan_bundle(wheels, (), target, LinkOptions(), read_content)
    workshop = Workshop(store)
    started = time.process_time()
    from builder.proof.auditing import audit_plan  # its modules are part of the price

    verdict = audit_plan(plan, target, LayoutKind.FUNCTION, (), workshop.binaries, {})
    seconds = time.process_time() - started
    if verdict.errors:
        sys.exit(json.dumps([f"{error.code} {error.path}" for error in verdict.errors]))
    return seconds


if __name__ == "__main__":
    main()
