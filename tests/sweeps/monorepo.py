"""The example of six functions, built and held against what is promised of it.

    python tests/sweeps/monorepo.py

Needs the package index, some 75 MB of it. Proves, for a copy of examples/monorepo: one command builds all
six; the plan has at most half of the bytes of six separate bundles; each function with its layers passes
`lbuild inspect`, and those for this machine `lbuild try`; and after an edit of one source exactly one file is
another. Tells how long the builds took.
"""

import json
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "monorepo"
LBUILD = [sys.executable, "-m", "builder"]


def run(folder: Path, *words: str) -> tuple[str, float]:
    """What the command said, and how long it took; its failure ends all."""
    started = time.perf_counter()
    done = subprocess.run([*LBUILD, *words], cwd=folder, capture_output=True, text=True)
    seconds = time.perf_counter() - started
    if done.returncode:
        sys.exit(f"lbuild {' '.join(words)}: {done.returncode}\n{done.stderr}{done.stdout}")
    return done.stdout, seconds


def digests(dist: Path) -> dict[str, str]:
    """File to sha256, as the manifest has them."""
    manifest: dict[str, Any] = json.loads((dist / "lbuild-manifest.json").read_text())
    entries = [*manifest["functions"].values(), *manifest["layers"].values()]
    return {entry["file"]: entry["sha256"] for entry in entries}


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "monorepo")
        shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("dist"))
        prove(folder)


def prove(folder: Path) -> None:
    text, first = run(folder, "build", "--json")
    report = json.loads(text)
    dist = folder / "dist"
    manifest = report["manifest"]
    assert len(manifest["functions"]) == 6
    total = sum(entry["zipped"] for kind in ("functions", "layers") for entry in manifest[kind].values())
    separate = report["packed"]["without_layers"]
    print(f"{total:,} bytes of zips, {separate:,} without layers: {1 - total / separate:.0%} saved")  # noqa: T201  # its output
    assert 2 * total <= separate
    for name, entry in manifest["functions"].items():
        layers = [str(dist / manifest["layers"][layer]["file"]) for layer in entry["layers"]]
        words = [str(dist / entry["file"]), *layers, "--runtime", entry["runtime"]]
        run(folder, "inspect", *words, "--arch", entry["architecture"])
        tried = "inspected"
        if entry["architecture"] == {"aarch64": "arm64"}.get(platform.machine(), platform.machine()):
            named = [word for layer in layers for word in ("--layer", layer)]
            run(folder, "try", words[0], *named, "--handler", entry["handler"], "--runtime", entry["runtime"])
            tried = "inspected and tried"
        print(f"{name}: {entry['unzipped_with_layers']:,} bytes with {len(layers)} layers, {tried}")  # noqa: T201  # its output
    before = digests(dist)
    _, warm = run(folder, "build")
    assert digests(dist) == before
    source = folder / "functions/data/app.py"
    source.write_text(source.read_text() + "\n# edited\n")
    text, edited = run(folder, "build", "--json")
    after = digests(dist)
    assert json.loads(text)["changed"] == ["data.zip"]
    assert {file for file, digest in after.items() if before.get(file) != digest} == {"data.zip"}
    print(f"first {first:.2f} s, nothing changed {warm:.2f} s, one source edited {edited:.2f} s")  # noqa: T201  # its output


if __name__ == "__main__":
    main()
