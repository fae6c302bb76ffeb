"""numpy's wheel with an OpenBLAS for Lambda alone: built, put into an index, tested, compared.

    python -m benchmarks.preoptimized --work FOLDER --python python3.13 [--write docs/preoptimized.md]

Linux on x86_64 with make, a C compiler and binutils. Half an hour on two cores, and as long again for numpy's
tests; FOLDER keeps what was made and what was found, so one that was interrupted goes on. The tables take the
place of what stands between the markers in the file that `--write` names, after each step that adds to them.
"""

import argparse
import json
import platform
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.preoptimized import judging, library, sources, wheel
from prebuilt_index.tree.adding import add
from prebuilt_index.tree.admission import Candidate
from prebuilt_index.tree.entry import Provenance

ALSO = ("get_num_threads", "set_num_threads", "get_config", "get_corename", "get_parallel")
"""What threadpoolctl asks an OpenBLAS for."""
_BEGIN, _END = "<!-- figures -->", "<!-- end of figures -->"
_MEBI = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The published wheel and ours, each also unpacked, and the name of the library in both."""

    wheels: dict[str, Path]
    sites: dict[str, Path]
    member: str
    index: Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--python", required=True, help="a Python 3.13")
    parser.add_argument("--openblas", type=Path, help="its source as Debian has it, where there is no apt")
    parser.add_argument("--rounds", type=int, default=3, help="of the comparison of speed")
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        sys.exit("this needs Linux on x86_64")
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    pair = _make(work, arguments.openblas)
    python = judging.interpreter(work, arguments.python)
    found = _Found(work / "found.json", pair.wheels["for Lambda"])
    found.once("sizes", lambda: _sizes(pair, work))
    found.once("speeds", lambda: judging.speeds(python, pair.sites, arguments.rounds))
    _show(found, arguments.write)
    for core in judging.CORES:
        for name, site in pair.sites.items():
            if name == "for Lambda" or core == judging.CORES[0]:
                found.once(f"tests {name} {core}", lambda s=site, c=core: judging.run_tests(python, s, c))
                _show(found, arguments.write)
    sys.stdout.write("\n".join([*_tables(found.values), ""]))


class _Found:
    """What was found of one wheel, kept in a file."""

    def __init__(self, path: Path, about: Path) -> None:
        self._path = path
        kept: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        same = kept.get("about") == library.digest(about)
        self.values = kept if same else {"about": library.digest(about)}

    def once(self, name: str, find: Callable[[], object]) -> None:
        """`find` unless it is known."""
        if name not in self.values:
            self.values[name] = find()
            self._path.write_text(json.dumps(self.values, indent=1))


def _make(work: Path, tarball: Path | None) -> Pair:
    published = sources.numpy_wheel(work)
    zig = sources.zig(work)
    lapack = sources.lapack(work)
    tree = sources.openblas(work, tarball)
    cc = library.compiler(work, zig)
    original = _unpacked(published, work / "original")
    (member,) = (path for path in (original / "numpy.libs").iterdir() if "openblas" in path.name)
    modules = [path for path in original.rglob("*.so") if path.parent != member.parent]
    wanted = library.wanted_of(modules) | {f"scipy_openblas_{name}64_" for name in ALSO}
    made = library.join(work, lapack, library.archive(tree, cc), cc, wanted, member.name)
    place = member.relative_to(original).as_posix()
    ours = wheel.swapped(published, place, made, work)
    shutil.rmtree(work / "index", ignore_errors=True)
    said = Provenance(
        builder="benchmarks/preoptimized",
        backend="zig",
        source=published.name,
        source_sha256=library.digest(published),
        toolchain={"zig": sources.ZIG, "openblas": sources.OPENBLAS},
        notes=(f"OpenBLAS kernels: PRESCOTT {library.KERNELS}", "LAPACK: numpy's own, in C"),
    )
    add(work / "index", [Candidate(path=ours, filename=ours.name, provenance=said)])
    return Pair(
        wheels={"published": published, "for Lambda": ours},
        sites={"published": original, "for Lambda": _unpacked(ours, work / "ours")},
        member=place,
        index=work / "index",
    )


def _unpacked(path: Path, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder


def _sizes(pair: Pair, work: Path) -> dict[str, dict[str, int]]:
    sizes = {}
    for name, path in pair.wheels.items():
        options = ["--prebuilt-index", str(pair.index / "simple")] if name == "for Lambda" else []
        zipped, unzipped = judging.bundle_sizes(f"numpy=={sources.NUMPY}", options, work / "bundle.zip")
        with zipfile.ZipFile(path) as archive:
            whole = sum(info.file_size for info in archive.infolist())
            part = archive.getinfo(pair.member)
        sizes[name] = {
            "the library": part.file_size,
            "the library, compressed": part.compress_size,
            "the wheel": path.stat().st_size,
            "the wheel, unpacked": whole,
            "lbuild's bundle, zipped": zipped,
            "lbuild's bundle, unzipped": unzipped,
        }
    return sizes


def _tables(values: dict[str, Any]) -> Iterator[str]:
    yield "| MB | published | for Lambda | saved |"
    yield "| --- | ---: | ---: | ---: |"
    published, ours = values["sizes"]["published"], values["sizes"]["for Lambda"]
    for what, size in published.items():
        saved = f"{(size - ours[what]) / _MEBI:.1f} ({100 * (size - ours[what]) / size:.0f} %)"
        yield f"| {what} | {size / _MEBI:.1f} | {ours[what] / _MEBI:.1f} | {saved} |"
    yield from ("", "| ms, one thread | published | for Lambda | ratio |", "| --- | ---: | ---: | ---: |")
    before, after = values["speeds"]["published"], values["speeds"]["for Lambda"]
    for work, seconds in before.items():
        ratio = after[work] / seconds
        yield f"| {work} | {1000 * seconds:.2f} | {1000 * after[work]:.2f} | {ratio:.2f} |"
    tests = {name: said for name, said in values.items() if name.startswith("tests ")}
    if tests:
        yield from ("", "| wheel | kernels | numpy's tests |", "| --- | --- | --- |")
        for name, said in tests.items():
            which, _, core = name.removeprefix("tests ").rpartition(" ")
            yield f"| {which} | {core} | {said} |"
    yield ""
    day = datetime.now(tz=UTC).date().isoformat()
    yield (
        f"numpy {sources.NUMPY}, OpenBLAS {sources.OPENBLAS}, zig {sources.ZIG}, {day}. A MB is "
        f"1,048,576 bytes; times are the best of some rounds in turn. Tests, without the slow ones: "
        f"`{'`, `'.join(judging.TESTS)}`."
    )


def _show(found: _Found, path: Path | None) -> None:
    if path is None:
        return
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition(_BEGIN)
    _, there, after = rest.partition(_END)
    if not there:
        sys.exit(f"{path} has no `{_BEGIN}` ... `{_END}`")
    path.write_text("\n".join([before + _BEGIN, *_tables(found.values), _END]) + after, encoding="utf-8")


if __name__ == "__main__":
    main()
