"""What linking costs beside copying the result: plan, zip, directory, `cp`, in turn in one run.

    python benchmarks/link.py WHEEL... [--rounds 7]

Milliseconds; the smallest of the rounds is what the work costs, the rest is the machine's noise.
"""

import argparse
import hashlib
import shutil
import sys
import tempfile
import time
from pathlib import Path

from builder.link.contents import read_content
from builder.link.directory import write_directory
from builder.link.plan import plan_bundle
from builder.link.write import write_zip
from builder.model import LinkOptions
from manylinux.architecture import Architecture
from manylinux.runtimes import default_runtime
from manylinux.target import Target
from prebuilt_index.wheel_archive.verify import verify_wheel


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheels", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    wheels = [
        verify_wheel(path, path.name, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in arguments.wheels
    ]
    target = Target(runtime=default_runtime(), architecture=Architecture.X86_64)
    plan = plan_bundle(wheels, (), target, LinkOptions(), read_content)
    with tempfile.TemporaryDirectory() as folder:
        zipped, copied, tree = (Path(folder, name) for name in ("b.zip", "copy.zip", "tree"))
        steps = {
            "plan": lambda: plan_bundle(wheels, (), target, LinkOptions(), read_content),
            "zip": lambda: write_zip(plan, zipped),
            "cp": lambda: shutil.copyfile(zipped, copied),
            "directory": lambda: write_directory(plan, tree),
        }
        times: dict[str, list[float]] = {name: [] for name in steps}
        for _ in range(arguments.rounds):
            copied.unlink(missing_ok=True)
            zipped.unlink(missing_ok=True)
            shutil.rmtree(tree, ignore_errors=True)
            for name, step in steps.items():
                started = time.perf_counter()
                step()
                times[name].append(1000 * (time.perf_counter() - started))
        size = zipped.stat().st_size
    lines = [f"{len(plan.files)} files, {size:,} bytes zipped"]
    lines += [f"{name:10} {min(each):8.1f}   worst {max(each):8.1f}" for name, each in times.items()]
    sys.stdout.write("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
