"""Wheels verified, scanned and stripped anew, and nothing else: run in a process of its own to be measured.

    python -m benchmarks.slim_cold CACHE LOCK

CACHE is a cache that holds the wheels of LOCK. The bytes that the wheels unpack to are printed.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from benchmarks.size_stacks import wheels_of
from builder.fragments.workshop import Workshop
from builder.ports import Silent
from prebuilt_index.store import Store
from prebuilt_index.wheel_archive.cached import load_or_verify


def main() -> None:
    cache, lock = map(Path, sys.argv[1:])
    with Store.open(cache) as downloads, Store.temporary() as store, closing(Workshop(store)) as workshop:
        wheels = []
        with ThreadPoolExecutor(os.cpu_count()) as executor:
            for filename, sha256 in wheels_of(lock):
                path = downloads.blob(sha256)
                assert path is not None, filename
                wheels.append(load_or_verify(store, path, filename, sha256, executor=executor))
        workshop.slim_all(wheels, Silent())
    sys.stdout.write(f"{sum(member.size for wheel in wheels for member in wheel.members)}\n")


if __name__ == "__main__":
    main()
