"""A real index built by recipes, its table, and whether lbuild, pip and uv install from it.

    python tests/sweeps/prebuilt.py [--index DIR] [--write FILE] [--emulated 3.13=DIR]... [PROJECT...]

With names the rows of those projects are made anew, and the others stay on the page as they are. What was
built before comes from the cache; seconds are those of the build. Installs are of every x86_64 wheel, by
each of the three, from the index served on loopback.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import tomllib
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from sweeps.prebuilt_table import TOOLS, merged, row_of, rows_on, table, with_rows
from sweeps.prebuilt_table import installs as told

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PLATFORMS = {"python3.11": (2, 26), "python3.13": (2, 34)}


def lbuild(*words: str) -> "subprocess.CompletedProcess[str]":
    command = (sys.executable, "-m", "builder", *words)
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, env=environ)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


def is_tried(wheel: dict[str, Any]) -> bool:
    """Whether the three install it: it is there, and for this architecture."""
    return wheel["wheel"] is not None and wheel["target"].endswith("/x86_64")


def installs(rows: list[dict[str, Any]], index: Path) -> dict[str, dict[str, str]]:
    """By tool, the wheels that it did not install, and what it said."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(index)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/simple/"
    failed: dict[str, dict[str, str]] = {tool: {} for tool in TOOLS}
    try:
        for row in rows:
            if not is_tried(row):
                continue
            for tool, command in commands(row, url, index).items():
                with tempfile.TemporaryDirectory() as folder:
                    words = [word.replace("{folder}", folder) for word in command]
                    environ = environment(tool)
                    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environ)
                    if done.returncode or not there(Path(folder), row):
                        failed[tool][row["wheel"]] = done.stderr.strip()[-300:]
    finally:
        server.shutdown()
        server.server_close()
    return failed


def environment(tool: str) -> dict[str, str]:
    """Nothing of the machine's own configuration of pip, unless lbuild wants its index for requirements."""
    if tool == "lbuild":
        return {**os.environ, "PYTHONPATH": str(ROOT)}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    return {**kept, "PIP_CONFIG_FILE": os.devnull, "UV_NO_CACHE": "1", "UV_NO_CONFIG": "1"}


def commands(row: dict[str, Any], url: str, index: Path) -> dict[str, list[str]]:
    runtime = row["target"].partition("/")[0]
    python = runtime.removeprefix("python")
    major, minor = PLATFORMS[runtime]
    wanted = f"{row['project']}=={row['version']}"
    output = "{folder}/installed"
    # pip takes a platform for that alone, and not for older ones.
    older = [f"manylinux_{major}_{each}" for each in range(minor, 4, -1)]
    legacy = ("manylinux2014", "manylinux2010", "manylinux1")
    platforms = " ".join(f"--platform {each}_x86_64" for each in (*older, *legacy))
    words = {
        "lbuild": f"{{python}} -m builder {wanted} --prebuilt-index {index} --runtime {runtime} --no-limit "
        f"--build never --bytecode none -o {output}/",
        "pip": f"{{python}} -m pip install --quiet --no-cache-dir --no-deps --target {output} "
        f"--index-url {url} --only-binary :all: --implementation cp --python-version {python} "
        f"{platforms} {wanted}",
    }
    if uv := shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"):
        # uv knows no 2.26: 2.17, and 2.28 for a wheel that asks for more.
        asks = min(map(int, re.findall(r"manylinux_2_(\d+)_", row["wheel"])))
        platform = f"x86_64-manylinux_2_{minor if minor > 28 else 28 if asks > 17 else 17}"
        words["uv"] = (
            f"{uv} pip install --quiet --no-deps --target {output} --default-index {url} "
            f"--only-binary :all: --python-version {python} --python-platform {platform} {wanted}"
        )
    filled = {tool: line.replace("{python}", sys.executable) for tool, line in words.items()}
    return {tool: line.split() for tool, line in filled.items()}


def there(folder: Path, row: dict[str, Any]) -> bool:
    name = row["wheel"].partition("-")[0]
    return any(
        re.sub(r"[-_.]+", "_", path.name).lower().startswith(re.sub(r"[-_.]+", "_", name).lower())
        for path in folder.glob("installed/*.dist-info")
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, help="a new folder, which stays")
    parser.add_argument("--write", type=Path, help="the page with the table")
    parser.add_argument("--emulated", action="append", default=[])
    parser.add_argument("--jobs", default="2")
    parser.add_argument("projects", nargs="*")
    options = parser.parse_args()
    page = options.write.read_text(encoding="utf-8") if options.write else ""
    before = rows_on(page) if options.projects else []
    wanted = tomllib.loads((HERE / "prebuilt.toml").read_text(encoding="utf-8"))["prebuilt"]
    projects = options.projects or wanted["projects"]
    with tempfile.TemporaryDirectory(prefix="prebuilt-") as scratch:
        index = (options.index or Path(scratch, "index")).absolute()
        if index.exists() and any(index.iterdir()):
            parser.error(f"`{index}` is not empty: of what is there already nobody knows the seconds")
        words = ["index", "build", *projects, "--index", str(index), "--json"]
        words += [word for runtime in wanted["runtimes"] for word in ("--runtime", runtime)]
        words += [word for each in options.emulated for word in ("--emulated", each)]
        done = lbuild(*words, "--jobs", options.jobs)
        if not done.stdout:
            return done.returncode
        wheels = json.loads(done.stdout)["wheels"]
        failed = installs(wheels, index)
    rows = []
    for wheel in wheels:
        tools = [tool for tool in TOOLS if wheel["wheel"] not in failed[tool]] if is_tried(wheel) else None
        rows.append(row_of(wheel, tools))
    sys.stdout.write(f"{table(rows)}\n\n{told(rows)}\n")
    for tool, lines in failed.items():
        for name, said in lines.items():
            sys.stdout.write(f"{tool} failed: {name}: {said}\n")
    if options.write:
        text = with_rows(page, merged(before, rows, projects))
        options.write.write_text(text, encoding="utf-8")
    return 1 if done.returncode or any(failed.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
