"""How much of a wheel's size, as an index lists it, a bundle unpacks to: with `--slim small`, all other off.

    python benchmarks/listed_sizes.py WHEEL... --runtime python3.13

The smallest ratios are what `builder.budget.wheels` must stay below.
"""

import argparse
import hashlib
import sys
from pathlib import Path

from builder.fragments.workshop import Workshop
from builder.link.contents import read_content
from builder.link.plan import plan_bundle
from builder.model import LinkOptions, Slimming
from builder.ports import Silent
from builder.slimming import slimmed
from manylinux.architecture import Architecture
from manylinux.runtimes import find_runtime
from manylinux.target import Target
from prebuilt_index.store import Store
from prebuilt_index.wheel_archive.verify import verify_wheel

_MB = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheels", nargs="+", type=Path)
    parser.add_argument("--runtime", default="python3.13")
    arguments = parser.parse_args()
    target = Target(runtime=find_runtime(arguments.runtime), architecture=Architecture.X86_64)
    with Store.temporary() as store:
        workshop = Workshop(store)
        try:
            sizes = [
                (path.stat().st_size, _unpacked(path, target, workshop, store)) for path in arguments.wheels
            ]
        finally:
            workshop.close()
    rows = sorted(
        (unpacked / size, size, path.name)
        for path, (size, unpacked) in zip(arguments.wheels, sizes, strict=True)
    )
    lines = [f"{ratio:6.2f} {size / _MB:8.1f} MB  {name}" for ratio, size, name in rows]
    sys.stdout.write("\n".join([*lines, f"{len(lines)} wheels", ""]))


def _unpacked(path: Path, target: Target, workshop: Workshop, store: Store) -> int:
    """Bytes of the bundle that has this wheel and nothing else."""
    wheel = verify_wheel(path, path.name, hashlib.sha256(path.read_bytes()).hexdigest())
    slim = slimmed([wheel], (), Slimming.SMALL, workshop, store, Silent())
    plan = plan_bundle([wheel], (), target, LinkOptions(), read_content, slim)
    return sum(file.size for file in plan.files)


if __name__ == "__main__":
    main()
