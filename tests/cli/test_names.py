"""The command where a user's modules have the names of lbuild's packages, and are found before them."""

import subprocess
import sys
from pathlib import Path

import lbuild_start
from factories.commands import Room, members
from factories.elf import make_elf

_AS_INSTALLED = """
import sys
sys.path.append(sys.argv.pop(1))
from lbuild_start import main
main()
"""
"""What an entry point does: lbuild's folder is found last, as site-packages is after PYTHONPATH."""


def test_modules_of_the_user_are_never_taken_for_ours(room: Room, tmp_path: Path) -> None:
    """Nor by the process that reads compiled files."""
    theirs = tmp_path / "theirs"
    for name in lbuild_start.PACKAGES:
        (theirs / name).mkdir(parents=True)
        (theirs / name / "__init__.py").write_text(f"raise RuntimeError('{name} of the user')\n")
    tag = "cp313-cp313-manylinux_2_17_x86_64"
    room.offer("tool", "1.0", {"tool/fast.so": make_elf()}, tag=tag)
    ours = str(Path(lbuild_start.__file__).parent)
    words = ["tool", "-o", "tool.zip", "--runtime", "python3.13", "--bytecode", "none"]
    words += ["--index-url", room.index.index_url, "--cache-dir", str(room.cache)]
    done = subprocess.run(
        [sys.executable, "-P", "-c", _AS_INSTALLED, ours, *words],
        cwd=room.folder,
        env={**room.environ, "PYTHONPATH": str(theirs)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "tool/fast.so" in members(room.folder / "tool.zip")
