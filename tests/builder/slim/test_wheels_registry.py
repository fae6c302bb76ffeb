"""Real wheels: what is kept of their tests, why, and how much goes."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from builder.slim.values import Decision
from factories.slimming import make_decision

pytestmark = pytest.mark.registry


def contents(folder: Path, requirement: str) -> dict[str, bytes]:
    """The files of its wheel for Python 3.12 on x86-64, where they lie in site-packages."""
    platforms = [
        f"--platform={name}_x86_64" for name in ("manylinux2014", "manylinux_2_17", "manylinux_2_28")
    ]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += [
        "--python-version",
        "312",
        "--implementation",
        "cp",
        *platforms,
        "-d",
        str(folder),
        requirement,
    ]
    subprocess.run(command, check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        return {
            re.sub(r"^[^/]+\.data/(?:purelib|platlib)/", "", member.filename): archive.read(member)
            for member in archive.infolist()
            if not member.is_dir()
        }


def dropped_bytes(decision: Decision, files: dict[str, bytes], rule: str) -> int:
    return sum(len(files[path]) for (_, path), name in decision.dropped.items() if name == rule)


@pytest.mark.parametrize(
    ("requirement", "path", "by"),
    [
        ("numpy==2.2.6", "numpy/_core/tests/_natype.py", "numpy.testing._private.utils"),
        ("mpmath==1.3.0", "mpmath/tests/runtests.py", "mpmath"),
        ("networkx==3.4.2", "networkx/classes/tests/dispatch_interface.py", "an entry point"),
        ("scipy==1.15.3", "scipy/special/tests/test_hyp2f1.py", "scipy.special._precompute.hyp2f1_data"),
        ("django==5.2", "django/test/runner.py", "django.conf.global_settings"),
    ],
)
def test_a_test_module_that_the_project_itself_needs_stays(
    tmp_path: Path, requirement: str, path: str, by: str
) -> None:
    """Tools that delete folders called tests break these."""
    decision = make_decision(contents(tmp_path, requirement))

    assert decision.kept[0, path] == by


@pytest.mark.parametrize(
    ("requirement", "rule", "least"),
    [
        ("numpy==2.2.6", "test-modules", 4_500_000),
        ("numpy==2.2.6", "test-data", 1_800_000),
        ("scipy==1.15.3", "test-data", 6_000_000),
        ("pandas==2.2.3", "test-modules", 12_500_000),
        ("sympy==1.13.3", "test-modules", 9_000_000),
        ("fonttools==4.55.0", "sources", 4_000_000),
        ("django==5.2", "translation-sources", 8_000_000),
        ("scikit-learn==1.5.2", "sources", 1_000_000),
    ],
)
def test_what_nothing_needs_goes(tmp_path: Path, requirement: str, rule: str, least: int) -> None:
    """Bytes, unpacked; an over-cautious rule would keep them."""
    files = contents(tmp_path, requirement)

    assert dropped_bytes(make_decision(files), files, rule) >= least
