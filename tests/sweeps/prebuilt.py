"""A real index built by recipes, its table, and whether lbuild, pip and uv install from it.

    python tests/sweeps/prebuilt.py [--index DIR] [--write FILE] [--emulated 3.13=DIR]... [PROJECT...]

What was built before comes from the cache; seconds are those of the build. Installs are of every x86_64
wheel, by each of the three, from the index served on loopback.
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

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TABLE, INSTALLS = "table", "installs"
"""What stands between comments of these names is replaced."""
PLATFORMS = {"python3.11": (2, 26), "python3.13": (2, 34)}


def lbuild(*words: str) -> "subprocess.CompletedProcess[str]":
    command = (sys.executable, "-m", "builder", *words)
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, env=environ)


def table(rows: list[dict[str, Any]]) -> str:
    head = (
        "project",
        "target",
        "wheel's tag",
        "size",
        "backend",
        "seconds",
        "smoke test",
        "why none is offered",
    )
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    for row in rows:
        cells = (f"{row['project']} {row['version']}", row["target"], *result(row), row["why"])
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def result(row: dict[str, Any]) -> tuple[str, ...]:
    if row["state"] == "failed":
        return ("", "", "", "", f"failed: {row['error']['summary'].replace('|', ' ')}")
    if row["state"] == "offered":
        return ("", "", "", "", "offered already")
    tag = "-".join(row["wheel"].removesuffix(".whl").split("-")[-3:])
    smoke = row["smoke"] or {"ran": False, "how": "there before"}
    tried = f"passed ({smoke['how']})" if smoke["ran"] else f"not run: {smoke['how']}"
    size = f"{row['size'] / 1024:.0f} KB" if row["size"] is not None else ""
    seconds = f"{row['seconds']:.1f}" if row["seconds"] is not None else ""
    return (tag, size, row["backend"] or "", seconds, tried)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


def installs(rows: list[dict[str, Any]], index: Path) -> dict[str, list[str]]:
    """By tool, the wheels that it did not install."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(index)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/simple/"
    failed: dict[str, list[str]] = {"lbuild": [], "pip": [], "uv": []}
    try:
        for row in rows:
            if row["wheel"] is None or not row["target"].endswith("/x86_64"):
                continue
            for tool, command in commands(row, url, index).items():
                with tempfile.TemporaryDirectory() as folder:
                    words = [word.replace("{folder}", folder) for word in command]
                    environ = environment(tool)
                    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environ)
                    if done.returncode or not there(Path(folder), row):
                        failed[tool].append(f"{row['wheel']}: {done.stderr.strip()[-300:]}")
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
        # uv knows no 2.26.
        platform = f"x86_64-manylinux_2_{minor}" if minor > 28 else "x86_64-manylinux2014"
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


def written(text: str, name: str, content: str) -> str:
    """`text` with the block of that name replaced."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, _, rest = text.partition(begin)
    return f"{before}{begin}\n{content}\n{end}{rest.partition(end)[2]}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, help="a new folder, which stays")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--emulated", action="append", default=[])
    parser.add_argument("--jobs", default="2")
    parser.add_argument("--installs", action="store_true", help="of an index that is there; no table is made")
    parser.add_argument("projects", nargs="*")
    options = parser.parse_args()
    wanted = tomllib.loads((HERE / "prebuilt.toml").read_text(encoding="utf-8"))["prebuilt"]
    with tempfile.TemporaryDirectory(prefix="prebuilt-") as scratch:
        index = (options.index or Path(scratch, "index")).absolute()
        words = ["index", "build", *(options.projects or wanted["projects"]), "--index", str(index), "--json"]
        words += [word for runtime in wanted["runtimes"] for word in ("--runtime", runtime)]
        words += [word for each in options.emulated for word in ("--emulated", each)]
        done = lbuild(*words, "--jobs", options.jobs)
        rows = json.loads(done.stdout)["wheels"]
        blocks = {} if options.installs else {TABLE: table(rows)}
        failed = installs(rows, index)
    tried = sum(row["wheel"] is not None and row["target"].endswith("/x86_64") for row in rows)
    counts = [f"{tool} installs {tried - len(lines)} of {tried}" for tool, lines in failed.items()]
    blocks[INSTALLS] = f"From this index, served on loopback: {', '.join(counts)} wheels for x86_64."
    sys.stdout.write("\n\n".join(blocks.values()) + "\n")
    for tool, lines in failed.items():
        for line in lines:
            sys.stdout.write(f"{tool} failed: {line}\n")
    if options.write:
        text = options.write.read_text(encoding="utf-8")
        for name, content in blocks.items():
            text = written(text, name, content)
        options.write.write_text(text, encoding="utf-8")
    return 1 if done.returncode or any(failed.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
