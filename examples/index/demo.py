"""A prebuilt index from nothing: two projects compiled, put in, served, installed from, and looked at.

    make demo-index        # or: python examples/index/demo.py FOLDER

FOLDER then has the index, a bundle that was built from it and, where Chromium is, a picture of its page.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECTS = ("crcmod", "misaka")
RUNTIME = ("--runtime", "python3.13")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "demo/index")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    wheels, bundle = folder / "wheels", folder / "bundle.zip"
    # By lbuild's own recipes, for both architectures: see `lbuild index build --dry-run`.
    lbuild("index", "build", *PROJECTS, "--index", wheels, *RUNTIME)
    lbuild("index", "verify", "--index", wheels)
    with served(wheels) as address:
        say(f"served at {address['url']}")
        lbuild(*PROJECTS, *RUNTIME, "--prebuilt-index", address["index_url"], "--no-cache", "-o", bundle)
        picture = photographed(address["url"], folder / "page.png")
    say(f"the index: {wheels}", f"a bundle from it: {bundle}", picture)
    say(f"browse it: lbuild index serve {wheels}")


def lbuild(*words: str | Path) -> None:
    """Run the command, and end when it fails."""
    command = ["lbuild", *map(str, words)]
    say(f"$ {' '.join(command)}")
    if status := subprocess.run([*_program(), *command[1:]], check=False).returncode:
        sys.exit(status)


@contextmanager
def served(wheels: Path) -> Iterator[dict[str, str]]:
    """The index is served; its URLs."""
    command = [*_program(), "index", "serve", str(wheels), "--port", "0", "--json", "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def photographed(url: str, path: Path) -> str:
    """The page as a picture at `path`; what to say of it."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        return "no picture of its page: there is no Chromium here"
    options = ["--headless=new", "--disable-gpu", "--hide-scrollbars", "--window-size=1200,1000"]
    options += ["--no-sandbox"] if os.geteuid() == 0 else []
    profile = f"--user-data-dir={path.with_name('profile')}"
    subprocess.run([browser, *options, profile, f"--screenshot={path}", url], check=True, capture_output=True)
    shutil.rmtree(path.with_name("profile"), ignore_errors=True)
    return f"its page: {path}"


def say(*lines: str) -> None:
    """These lines on stdout, apart from what the command says."""
    sys.stdout.write("\n".join(["", *lines, ""]))
    sys.stdout.flush()


def _program() -> list[str]:
    return [sys.executable, "-m", "builder"]


if __name__ == "__main__":
    main()
