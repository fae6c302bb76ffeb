"""Is it still numpy, and as fast? Its own tests, and the time of what it asks of the library."""

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

CORES = ("Haswell", "Zen", "SkylakeX", "Prescott")
"""Kernels that can be chosen by name; the last ones run where there is no AVX2."""
TESTS = (
    "numpy.linalg",
    "numpy.matrixlib",
    "numpy.polynomial",
    "numpy._core.tests.test_multiarray",
    "numpy._core.tests.test_einsum",
)
_NEEDED = ("pytest", "hypothesis", "threadpoolctl", "typing_extensions")
_SPEED = """
import json, sys, time
import numpy as np
from threadpoolctl import threadpool_info
generator = np.random.default_rng(0)
large, small = generator.standard_normal((1000, 1000)), generator.standard_normal((300, 300))
whole = small @ small.T + 300 * np.eye(300)
single = large.astype(np.float32)
work = {
    "dgemm 1000": lambda: large @ large,
    "sgemm 1000": lambda: single @ single,
    "dgemv 1000": lambda: large @ large[0],
    "solve 300": lambda: np.linalg.solve(small, small),
    "cholesky 300": lambda: np.linalg.cholesky(whole),
    "qr 300": lambda: np.linalg.qr(small),
    "svd 300": lambda: np.linalg.svd(small),
    "eigh 300": lambda: np.linalg.eigh(whole),
    "eig 300": lambda: np.linalg.eig(small),
}
best = {}
for name, do in work.items():
    do()
    times = []
    for _ in range(int(sys.argv[1])):
        began = time.perf_counter()
        do()
        times.append(time.perf_counter() - began)
    best[name] = min(times)
(library,) = (each for each in threadpool_info() if each["internal_api"] == "openblas")
print(json.dumps({"core": library["architecture"], "version": library["version"], "seconds": best}))
"""


def interpreter(folder: Path, python: str) -> Path:
    """An environment of the target's Python with what the tests need."""
    program = folder / "python" / "bin" / "python"
    if not program.exists():
        subprocess.run([python, "-m", "venv", str(folder / "python")], check=True)
        subprocess.run([str(program), "-m", "pip", "install", "-q", *_NEEDED], check=True)
    return program


def run_tests(python: Path, site: Path, core: str) -> str:
    """What numpy's tests say with the kernels of `core`: `15632 passed, 25 skipped`."""
    command = [
        str(python),
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-m",
        "not slow",
        "--pyargs",
        *TESTS,
    ]
    done = subprocess.run(
        command, cwd=site.parent, env=_environment(site, core), capture_output=True, text=True, check=False
    )
    last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else done.stderr.strip()[-300:]
    counted = re.findall(r"\d+ (?:passed|failed|errors?|skipped)", last)
    return ", ".join(counted) or f"exit status {done.returncode}: {last}"


def speeds(
    python: Path, sites: Mapping[str, Path], rounds: int, core: str = ""
) -> dict[str, dict[str, float]]:
    """Seconds of each piece of work, the best of all rounds, the sites taking turns; one thread."""
    best: dict[str, dict[str, float]] = {name: {} for name in sites}
    for _ in range(rounds):
        for name, site in sites.items():
            said = subprocess.run(
                [str(python), "-c", _SPEED, "5"],
                env=_environment(site, core) | {"OPENBLAS_NUM_THREADS": "1"},
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            for work, seconds in json.loads(said)["seconds"].items():
                best[name][work] = min(seconds, best[name].get(work, seconds))
    return best


def _environment(site: Path, core: str) -> dict[str, str]:
    """Of this machine, but for what it says of OpenBLAS."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS_")}
    chosen = {"OPENBLAS_CORETYPE": core} if core else {}
    return (
        kept | chosen | {"PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.environ["PATH"]}
    )


def bundle_sizes(requirement: str, options: list[str], output: Path) -> tuple[int, int]:
    """Bytes zipped and unzipped of lbuild's bundle."""
    command = [sys.executable, "-m", "builder", requirement, "--runtime", "python3.13", "--bytecode", "none"]
    subprocess.run([*command, "-q", "-o", str(output), *options], stdout=subprocess.DEVNULL, check=True)
    with zipfile.ZipFile(output) as archive:
        return output.stat().st_size, sum(info.file_size for info in archive.infolist())
