"""What a build of pure Python takes of the processors.

    PYTHONPATH=tests python benchmarks/pure_builds.py [--rounds 20] [--setuptools]

An sdist whose backend is its own and requires nothing; with `--setuptools` one of setuptools, which pip
fetches from its index in each round. Every round has a new store, so nothing is remembered. Seconds are those
of this process and of all that it started: least and median of the rounds.
"""

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

from builder.build import BuildIndex, BuildPolicy, PureBuilder
from factories.projects import pkg_info, tar_gz, write_sdist  # the tests' own
from prebuilt_index.store import Store


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--setuptools", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        archive = (
            _of_setuptools(Path(folder)) if arguments.setuptools else write_sdist(Path(folder), "x", "1")
        )
        _built(archive, Path(folder) / "first")  # modules are loaded, and compiled
        seconds = [_built(archive, Path(folder) / str(number)) for number in range(arguments.rounds)]
    median = statistics.median(seconds)
    sys.stdout.write(f"{archive.name}: least {min(seconds):.3f} s, median {median:.3f} s of processors\n")


def _built(archive: Path, folder: Path) -> float:
    folder.mkdir()
    before = sum(os.times()[:4])
    with Store.open(folder / "store") as store:
        builder = PureBuilder(
            store=store, index=BuildIndex(), policy=BuildPolicy(logs=folder / "logs"), environ=os.environ
        )
        builder.from_sdist(archive, archive.name)
    return sum(os.times()[:4]) - before


def _of_setuptools(folder: Path) -> Path:
    files = {
        "setup.py": b"from setuptools import setup\nsetup(name='demo', version='1.0', py_modules=['demo'])\n",
        "demo.py": b"answer = 42\n",
        "PKG-INFO": pkg_info("demo", "1.0"),
    }
    archive = folder / "demo-1.0.tar.gz"
    archive.write_bytes(tar_gz({f"demo-1.0/{name}": content for name, content in files.items()}))
    return archive


if __name__ == "__main__":
    main()
