"""Tests that share an engine or a cache are run by one process."""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent
MODULE = """
import os, pytest
from pathlib import Path

@pytest.mark.parametrize("number", range(8))
def test_which(number):
    with Path("WHO").open("a") as file:
        print(Path(__file__).stem, os.environ["PYTEST_XDIST_WORKER"], file=file)
"""


def test_a_module_is_one_process_and_those_that_share_are_too(tmp_path: Path) -> None:
    who = tmp_path / "who"
    for name in ("test_docker_a", "test_b", "test_engines_c", "test_d"):
        (tmp_path / f"{name}.py").write_text(MODULE.replace("WHO", str(who)))
    words = ("-n", "2", "--dist", "loadscope", "--no-loadscope-reorder", "-p", "factories.dealing", "-q")
    environ = {**os.environ, "PYTHONPATH": str(TESTS)}
    environ.pop("PYTEST_XDIST_WORKER", None)
    command = (sys.executable, "-m", "pytest", *words, "--rootdir", str(tmp_path), str(tmp_path))
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    ran = {tuple(line.split()) for line in who.read_text().splitlines()}
    workers = dict(ran)
    assert len(ran) == len(workers) == 4, ran
    assert workers["test_docker_a"] == workers["test_engines_c"]
    assert workers["test_docker_a"] != workers["test_b"]
