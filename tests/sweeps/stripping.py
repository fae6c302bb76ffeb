"""Strip every compiled file of many wheels, load each before and after; status 1 on harm.

python tests/sweeps/stripping.py [--wheels FOLDER] [--arm-root FOLDER] [--only PATTERN] [--write FILE]

Projects are those of `stripping.toml`. Harm is a file that loads no longer, or otherwise, whose memory
differs, or that lief finds wrong and did not before. llvm-strip, 19 or newer, is compared with where there
is one (Debian: `llvm-22`). FOLDER of `--arm-root` has the C library of aarch64, for `qemu-aarch64-static`:
`mmdebstrap --variant=extract --architectures=arm64 --include=libc6,libstdc++6,zlib1g bookworm FOLDER`.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from builder.trial.interpreter import find_interpreter
from factories.linked import memory_image
from manylinux.elf.layouts import LayoutReader
from manylinux.strip.strip import Kept, strip_elf

HERE = Path(__file__).parent
GLIBCS = ("2_34", "2_31", "2_28", "2_27", "2_26", "2_24", "2_17", "2_12", "2_5")
SHARED_OBJECT = 3
PYTHON = "3.12"
OLD_PYTHON = "3.9"


@dataclass(frozen=True, kw_only=True)
class Row:
    """What came of one wheel; sizes in bytes."""

    wheel: str
    arch: str
    files: int
    size: int
    removed: int
    by_llvm: int | None
    loaded_before: int
    loaded: int
    harm: tuple[str, ...]
    kept: tuple[str, ...]
    seconds: float


def wheels_of(folder: Path, arch: str, requirements: Sequence[str]) -> Iterator[Path]:
    """The newest wheel for each, downloaded where there is none in `folder`."""
    for requirement in requirements:
        yield _found(folder / arch, requirement) or _downloaded(folder / arch, arch, requirement)


def _found(folder: Path, requirement: str) -> Path | None:
    name, _, version = requirement.partition("==")
    pattern = re.compile(f"{name.replace('-', '_')}-{re.escape(version) or '[^-]+'}-", re.IGNORECASE)
    pinned = {each.replace("-", "_").replace("==", "-").lower() for each in _projects()["old"]}
    found = [path for path in sorted(folder.glob("*.whl")) if pattern.match(path.name)]
    fresh = [path for path in found if "-".join(path.name.lower().split("-")[:2]) not in pinned]
    return (found if version else fresh or [None])[-1] if found else None


def _downloaded(folder: Path, arch: str, requirement: str) -> Path:
    platforms = [f"manylinux_{glibc}_{arch}" for glibc in GLIBCS] + [f"manylinux2014_{arch}"]
    platforms += [f"manylinux2010_{arch}", f"manylinux1_{arch}"] if arch == "x86_64" else []
    words = [word for each in platforms for word in ("--platform", each)]
    for python in (PYTHON, OLD_PYTHON):
        abis = ("--abi", f"cp{python.replace('.', '')}", "--abi", "abi3", "--abi", "none")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        command += ["--implementation", "cp", "--python-version", python, *abis, *words, "-d", str(folder)]
        done = subprocess.run([*command, requirement], capture_output=True, text=True, check=False)
        if done.returncode == 0 and (found := _found(folder, requirement)):
            return found
    raise SystemExit(f"no wheel of {requirement} for {arch}: {done.stderr[-500:]}")


def _projects() -> Mapping[str, Sequence[str]]:
    return tomllib.loads((HERE / "stripping.toml").read_text())


class Sweep:
    """What each wheel is put through."""

    def __init__(self, layouts: LayoutReader, arm_root: Path | None) -> None:
        self._layouts = layouts
        self._arm_root = arm_root
        self._llvm = _llvm_strip()
        self.peer = _said([self._llvm, "--version"]).split("version ")[-1].split()[0] if self._llvm else None

    def row(self, wheel: Path, arch: str) -> Row:
        """What came of it."""
        with tempfile.TemporaryDirectory() as folder:
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(folder)
            files = [path for path in sorted(Path(folder).rglob("*")) if _is_elf(path)]
            before = self._loaded(wheel, arch, Path(folder), files)
            size = sum(path.stat().st_size for path in files)
            by_llvm = sum(map(self._removed_by_llvm, files)) if self._llvm else None
            removed, seconds = 0, 0.0
            harm, kept = [], []
            for path in files:
                fewer, took, wrong, why = self._strip(path)
                removed, seconds = removed + fewer, seconds + took
                harm += [f"{path.relative_to(folder)}: {each}" for each in wrong]
                kept += [f"{path.relative_to(folder)}: {why}"] if why else []
            after = self._loaded(wheel, arch, Path(folder), files)
            for path, said in after.items():
                if said != before[path]:
                    harm.append(f"{Path(path).relative_to(folder)}: {before[path] or 'loads'}, then: {said}")
        return Row(
            wheel="-".join(wheel.name.split("-")[:2]),
            arch=arch,
            files=len(files),
            size=size,
            removed=removed,
            by_llvm=by_llvm,
            loaded_before=sum(not said for said in before.values()),
            loaded=sum(not said for said in after.values()),
            harm=tuple(harm),
            kept=tuple(kept),
            seconds=seconds,
        )

    def _strip(self, path: Path) -> tuple[int, float, list[str], str]:
        content = path.read_bytes()
        started = time.process_time()
        outcome = strip_elf(content)
        took = time.process_time() - started
        if isinstance(outcome, Kept):
            return 0, took, [], "" if outcome.reason == "nothing to remove" else outcome.reason
        fault = self._layouts.fault(path)
        written = b"".join(outcome.written(content))
        path.write_bytes(written)
        harm = [] if memory_image(written) == memory_image(content) else ["its memory differs"]
        if (found := self._layouts.fault(path)) not in (None, fault):
            harm.append(f"lief: {found}")
        return outcome.removed, took, harm, ""

    def _removed_by_llvm(self, path: Path) -> int:
        with tempfile.NamedTemporaryFile() as target:
            command = [str(self._llvm), "--strip-unneeded", "-o", target.name, str(path)]
            done = subprocess.run(command, capture_output=True, check=False)
            return path.stat().st_size - os.path.getsize(target.name) if done.returncode == 0 else 0

    def _loaded(self, wheel: Path, arch: str, folder: Path, files: Sequence[Path]) -> Mapping[str, str]:
        """What the loader says of each shared object: nothing where it loads."""
        libraries = [str(path) for path in files if _elf_type(path) == SHARED_OBJECT]
        places = ":".join(sorted({str(path.parent) for path in files}))
        if arch == "x86_64":
            tag = re.search(r"-cp3(\d+)-cp3", wheel.name)
            python = find_interpreter(f"3.{tag[1]}" if tag else PYTHON, os.environ).path
            done = subprocess.run(
                [python, "-I", HERE / "load_each.py"],
                input="\0".join(libraries),
                env={**os.environ, "LD_LIBRARY_PATH": places},
                capture_output=True,
                text=True,
                check=True,
            )
            return json.loads(done.stdout)
        if self._arm_root is None:
            return {}
        root = self._arm_root
        loader = root / "lib" / "ld-linux-aarch64.so.1"
        if not loader.exists():
            loader = root / "usr" / "lib" / "ld-linux-aarch64.so.1"
        paths = [places, *(str(root / each / "aarch64-linux-gnu") for each in ("lib", "usr/lib"))]
        qemu = ["qemu-aarch64-static", "-L", str(root), str(loader)]
        command = [*qemu, "--library-path", ":".join(paths), "--list"]
        return {path: _complaint([*command, path]) for path in libraries}


def _complaint(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr[-1000:] or f"status {done.returncode}" if done.returncode else ""


def _llvm_strip() -> str | None:
    """The newest llvm-strip on PATH that breaks nothing itself."""
    names = [f"llvm-strip-{version}" for version in range(30, 18, -1)]
    return next((found for name in names if (found := shutil.which(name))), None)


def _said(command: Sequence[str | None]) -> str:
    return subprocess.run([str(each) for each in command], capture_output=True, text=True, check=True).stdout


def _is_elf(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _elf_type(path: Path) -> int:
    with path.open("rb") as file:
        return int.from_bytes(file.read(18)[16:18], "little")


def page(rows: Sequence[Row], peer: str | None) -> str:
    """The results in Markdown."""
    columns = f"files | MB | removed | llvm-strip {peer or ''} | load before | load after | harm | in doubt |"
    ruler = f"| {' | '.join(['---'] * 10)} |"
    lines = ["# What stripping saves, and breaks", "", "Made by `make sweep-strip`; do not edit.", ""]
    lines += [
        "Every compiled file of these wheels was stripped by `manylinux/strip`, checked by lief's layout",
        "check, and loaded before and after: on x86-64 with every symbol bound, each in a process of its",
        "own; on aarch64 by glibc's loader under QEMU. *Harm* is a file that loads no longer or otherwise,",
        "whose loaded bytes differ, or whose layout lief finds wrong. *In doubt* are files left alone",
        "because something about them is odd. Programs are not run.",
        "",
        f"| | wheels | {columns}",
        ruler,
    ]
    lines += [_line(arch, [row for row in rows if row.arch == arch]) for arch in ("x86_64", "aarch64")]
    lines += ["", "## Each wheel", "", f"| | wheel | {columns}", ruler]
    lines += [_line(row.arch, [row], row.wheel) for row in sorted(rows, key=lambda row: row.wheel.lower())]
    return "\n".join(lines) + "\n"


def _line(arch: str, rows: Sequence[Row], wheel: str | None = None) -> str:
    size, removed = sum(row.size for row in rows), sum(row.removed for row in rows)
    cells = [arch, wheel or str(len(rows)), str(sum(row.files for row in rows)), f"{size / 1e6:.1f}"]
    cells += [f"{removed / 1e6:.2f} MB, {100 * removed / max(size, 1):.1f} %"]
    cells += [f"{sum(row.by_llvm or 0 for row in rows) / 1e6:.2f} MB"]
    cells += [str(sum(row.loaded_before for row in rows)), str(sum(row.loaded for row in rows))]
    cells += [str(sum(len(row.harm) for row in rows)), str(sum(len(row.kept) for row in rows))]
    return f"| {' | '.join(cells)} |"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--wheels", type=Path, default=Path(tempfile.gettempdir(), "lbuild-sweep-strip"))
    parser.add_argument("--arm-root", type=Path, metavar="FOLDER")
    parser.add_argument("--only", default="*", metavar="PATTERN")
    parser.add_argument("--write", type=Path, metavar="FILE")
    choice = parser.parse_args(arguments)
    projects, rows = _projects(), []
    wanted = [("x86_64", [*projects["x86_64"], *projects["old"]]), ("aarch64", projects["aarch64"])]
    with LayoutReader() as layouts:
        sweep = Sweep(layouts, choice.arm_root)
        for arch, names in wanted:
            for wheel in wheels_of(
                choice.wheels, arch, [each for each in names if fnmatchcase(each, choice.only)]
            ):
                row = sweep.row(wheel, arch)
                rows.append(row)
                said = f"{row.removed} of {row.size} bytes, llvm-strip {row.by_llvm}; "
                said += f"of {row.files} files {row.loaded_before} load before, {row.loaded} after"
                told = [f"{arch} {row.wheel}: {said}", *row.harm, *row.kept]
                print(*told, sep="\n  ", flush=True)  # noqa: T201  # its purpose
        text = page(rows, sweep.peer)
    seconds, size = sum(row.seconds for row in rows), sum(row.size for row in rows)
    harm = sum(len(row.harm) for row in rows)
    print(f"{len(rows)} wheels, {harm} harmed files, {size / 1e6 / max(seconds, 1e-9):.0f} MB/s of CPU time")  # noqa: T201
    if choice.write:
        choice.write.write_text(text, encoding="utf-8")
    return 1 if harm else 0


if __name__ == "__main__":
    sys.exit(main())
