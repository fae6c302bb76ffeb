"""The steps of action.yml: install lbuild and name its cache, then build and tell the outputs.

Standard library only, for the runner's Python, which lbuild wants to be 3.11 or newer. What was asked for is
in the environment, as `INPUT_...`; what comes out goes where the runner looks for it: GITHUB_OUTPUT,
GITHUB_STEP_SUMMARY, `::error::`.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT_FILES = ("lbuild.toml", "pyproject.toml", "**/requirements*.txt", "**/pylock*.toml", "**/*.lock")
"""What a project's downloads depend on."""
ENVIRONMENT_FAULT = 6
"""lbuild's exit status for a machine that lacks something."""


def main() -> int:
    """Run the step that is named on the command line; the exit status of the step."""
    steps = {"prepare": prepare, "build": build}
    return steps[sys.argv[1]]()


# -- prepare -----------------------------------------------------------------------------------------------


def prepare() -> int:
    """Install lbuild, and say where its cache is and by which keys it is found again."""
    wanted = os.environ["INPUT_LBUILD"].strip()
    program = installed(wanted) if wanted else shutil.which("lbuild")
    if program is None and wanted:
        return fault(f"pip could not install `{wanted}`", "The log says why")
    if program is None:
        return fault("`lbuild` was not found", "Say in the input `lbuild` what pip is to install")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    if said.returncode != 0:
        return fault(f"`{program} --version` ended with status {said.returncode}", said.stderr.strip())
    version = said.stdout.split()[-1]
    cache = subprocess.run([program, "cache", "dir"], stdout=subprocess.PIPE, text=True, check=True)
    # Wheels and what was made of them are for any later lbuild; the newest that fits is taken.
    general = f"lbuild-{os.environ['RUNNER_OS']}-{version}-"
    output("program", program)
    output("folder", cache.stdout.strip())
    output("key", general + digest())
    output("restore-keys", f"{general}\nlbuild-{os.environ['RUNNER_OS']}-")
    return 0


def installed(wanted: str) -> str | None:
    """The command, in an environment of its own."""
    folder = Path(os.environ["RUNNER_TEMP"]) / "lbuild"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    bins = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = [bins / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*pip, *wanted.split()], check=False)
    return shutil.which("lbuild", path=str(bins)) if done.returncode == 0 else None


def digest() -> str:
    """Of the files that decide what is downloaded, and of the target."""
    hashed = hashlib.sha256()
    for name in ("INPUT_RUNTIME", "INPUT_ARCHITECTURE", "INPUT_REQUIREMENTS"):
        hashed.update(os.environ[name].encode() + b"\0")
    for path in key_files():
        hashed.update(path.as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return hashed.hexdigest()[:32]


def key_files() -> list[Path]:
    """Sorted, as seen from here; nothing of environments or hidden folders."""
    words = lines("INPUT_REQUIREMENTS")
    patterns = lines("INPUT_CACHE_FILES")
    if not patterns and words:
        return sorted(path for path in map(Path, words) if path.is_file())
    found = {path for pattern in patterns or PROJECT_FILES for path in Path().glob(pattern) if path.is_file()}
    return sorted(path for path in found if not any(map(is_passed_over, path.parents)))


def is_passed_over(folder: Path) -> bool:
    return folder.name.startswith(".") or folder.name == "node_modules" or (folder / "pyvenv.cfg").exists()


# -- build -------------------------------------------------------------------------------------------------


def build() -> int:
    """Run lbuild, and tell what came of it."""
    report = Path(os.environ["RUNNER_TEMP"]) / "lbuild-report.json"
    words = [os.environ["LBUILD"], *arguments(), "--json"]
    with report.open("wb") as file:
        status = subprocess.run(words, stdout=file, check=False).returncode
    try:
        document = json.loads(report.read_text(encoding="utf-8"))
    except ValueError:
        document = {}
    if status != 0 or not document:
        error = document.get("error", {})
        fault(
            error.get("summary", f"lbuild ended with status {status}"), error.get("hint"), error.get("code")
        )
        return status or 1
    output("report", str(report))
    tell(project_outputs(document) if "manifest" in document else bundle_outputs(document))
    if os.environ["CACHE_HIT"] != "true":
        # What nothing used for a month does not go into the next cache.
        subprocess.run([os.environ["LBUILD"], "cache", "prune"], stdout=sys.stderr, check=False)
    return 0


def arguments() -> list[str]:
    """lbuild's command line."""
    given = {
        name: os.environ[f"INPUT_{name}"].strip() for name in ("OUTPUT", "RUNTIME", "ARCHITECTURE", "SOURCE")
    }
    words = lines("INPUT_REQUIREMENTS")
    if not words:
        return ["build", *(["--output", given["OUTPUT"]] if given["OUTPUT"] else []), *lines("INPUT_ARGS")]
    return [
        *("bundle", *words, "--output", given["OUTPUT"] or "bundle.zip", "--arch", given["ARCHITECTURE"]),
        *(["--runtime", given["RUNTIME"]] if given["RUNTIME"] else []),
        *(["--source", given["SOURCE"]] if given["SOURCE"] else []),
        *(["--layer"] if os.environ["INPUT_LAYER"].strip() == "true" else []),
        *lines("INPUT_ARGS"),
    ]


def bundle_outputs(document: dict) -> dict[str, str]:
    bundle = document["bundle"] or {}
    if not bundle:  # --dry-run
        return {}
    return {
        "path": from_workspace(bundle["path"]),
        "sha256": bundle["sha256"],
        "code-sha256": bundle["code_sha256"] or "",
        "size": str(bundle["zipped"] or ""),
        "unpacked-size": str(bundle["unzipped"]),
    }


def project_outputs(document: dict) -> dict[str, str]:
    manifest = document["manifest"]
    if not manifest:  # --dry-run
        return {}
    files = [*manifest["functions"].values(), *manifest["layers"].values()]
    folder = from_workspace(document["output"])
    return {
        "path": folder,
        "manifest": f"{folder}/lbuild-manifest.json",
        "size": str(sum(each["zipped"] for each in files)),
        "unpacked-size": str(sum(each["unzipped"] for each in files)),
    }


def tell(outputs: dict[str, str]) -> None:
    """Each output, and a table of them in the run's summary."""
    for name, value in outputs.items():
        output(name, value)
    rows = [f"| {name} | `{value}` |\n" for name, value in outputs.items()]
    append("GITHUB_STEP_SUMMARY", "".join(["| lbuild | |\n", "| --- | --- |\n", *rows, "\n"]))


# -- the runner --------------------------------------------------------------------------------------------


def lines(name: str) -> list[str]:
    """An input with one word a line."""
    return [line.strip() for line in os.environ[name].splitlines() if line.strip()]


def output(name: str, value: str) -> None:
    """Give the step an output; it may have several lines."""
    end = "end-of-" + hashlib.sha256(value.encode()).hexdigest()
    append("GITHUB_OUTPUT", f"{name}<<{end}\n{value}\n{end}\n")


def append(variable: str, text: str) -> None:
    with open(os.environ[variable], "a", encoding="utf-8", newline="\n") as file:
        file.write(text)


def from_workspace(path: str) -> str:
    """As later steps see it."""
    return Path(os.path.relpath(path, os.environ["GITHUB_WORKSPACE"])).as_posix()


def fault(summary: str, hint: str | None = None, code: str | None = None) -> int:
    """Tell what went wrong, as an annotation of the run."""
    text = "\n".join(filter(None, [summary, hint and f"hint: {hint}"]))
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    sys.stdout.write(f"::error title=lbuild{f' ({code})' if code else ''}::{escaped}\n")
    return ENVIRONMENT_FAULT


if __name__ == "__main__":
    sys.exit(main())
