"""The parts of serverless-lbuild that decide, by Node's own test runner."""

import re
import subprocess

from deployers.node import node
from deployers.serverless.service import PLUGIN


def test_the_parts_of_the_plug_in() -> None:
    """Every test of its own passes, and there are some."""
    words = [node(), "--test", "--test-reporter=tap"]
    done = subprocess.run(words, cwd=PLUGIN, capture_output=True, text=True, check=False, timeout=120)

    assert done.returncode == 0, done.stdout + done.stderr
    counted = dict(re.findall(r"^# (tests|pass|fail) (\d+)$", done.stdout, re.MULTILINE))
    assert int(counted["pass"]) == int(counted["tests"]) >= 50
