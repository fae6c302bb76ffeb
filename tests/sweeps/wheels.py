"""Verify every wheel in the folders named; status 1 if one is refused.

python tests/sweeps/wheels.py FOLDER...
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from manylinux.errors import LbuildError
from prebuilt_index.wheel_archive.verify import verify_wheel


def main(folders: list[str]) -> int:
    wheels = sorted(path for folder in folders for path in Path(folder).rglob("*.whl"))
    refused = members = size = 0
    started = time.perf_counter()
    with ThreadPoolExecutor(2) as executor:
        for path in wheels:
            try:
                wheel = verify_wheel(path, path.name, "0" * 64, executor=executor)
            except LbuildError as error:
                refused += 1
                print(f"{path.name}: {error.summary}; {'; '.join(error.evidence)}")  # noqa: T201  # its purpose
            else:
                members += len(wheel.members)
                size += sum(member.size for member in wheel.members)
    seconds = time.perf_counter() - started
    print(  # noqa: T201  # its purpose
        f"{len(wheels)} wheels, {refused} refused, {members} members, {size / 1e6:.0f} MB, {seconds:.1f} s"
    )
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
