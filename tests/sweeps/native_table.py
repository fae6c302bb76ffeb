"""The sweep's results as a page of Markdown, from its rows alone."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sweeps.native_sdists import Sdist

Row = Mapping[str, Any]
_HEAD = """# Sdists compiled

Written by `make sweep-native` from its results: sdists of the index in their newest versions, some small
ones that were made for single drivers, and some that zig must refuse. Each is built by `lbuild --no-binary
NAME --build zig`, for three targets that stand for all.

- *Needs*: the newest GLIBC and GLIBCXX version of any symbol, by lbuild's own ELF reader. Without GLIBCXX:
  C++, where there is any, is linked statically.
- *KB*: all compiled files of the wheel as they are; zig's are stripped.
- *Seconds*: of the processor, for the whole run of lbuild and all that it started, with zig's libraries and
  all downloads in its cache, and without what was built before. They depend little on what else the machine
  does, and are no waiting times.
- *Result*: `imports`: `lbuild try --imports` imports every module with a Python of the target's minor
  version. For arm64 that is Debian's under qemu-user, unpacked by the sweep: kernel and processor are not
  those of Lambda.
- *By gcc*: `pip wheel` of the same sdist with this machine's compiler and libraries: its compiled files as
  they are and stripped, and whether `lbuild inspect` finds that the wheel loads on the same runtime.
"""
_TIME_HEAD = "## Time, beside gcc"
_TIME = """
Seconds of the processor, both in one run, each for a whole run with all that it starts: of lbuild with zig,
its cache warm, until the bundle is written; of `pip wheel` of the same sdist with gcc, its downloads in
pip's cache. Both make a new environment of build requirements. `python tests/sweeps/native_time.py` does
it.
"""


def page(rows: Sequence[Row], listed: Sequence[Sdist]) -> str:
    """The page; `listed` are the sdists in their order, whether they were compiled or not."""
    parts = [_HEAD]
    targets = dict.fromkeys((row["runtime"], row["arch"]) for row in rows if row["what"] == "sdist")
    for runtime, arch in targets:
        own = {row["label"]: row for row in rows if row["what"] == "sdist" and _is(row, runtime, arch)}
        wanted = [each.label for each in listed if not each.runtimes or runtime in each.runtimes]
        found = [own[label] for label in wanted if label in own]
        missing = [label for label in wanted if label not in own]
        warming = [row for row in rows if row["what"] == "warming" and _is(row, runtime, arch)]
        whole = [row for row in rows if row["what"] == "together" and _is(row, runtime, arch)]
        parts += ["\n".join(_target(f"{runtime} on {arch}", found, missing, warming, whole))]
    return with_times("\n".join(parts), rows)


def with_times(text: str, rows: Sequence[Row]) -> str:
    """That page with the times of these rows, where they have any, in place of its own."""
    times = [row for row in rows if row["what"] == "time"]
    if times:
        before = text.partition(_TIME_HEAD)[0].rstrip()
        text = "\n".join((before, "", _TIME_HEAD, _TIME, *_times(times)))
    return text.rstrip() + "\n"


def _is(row: Row, runtime: str, arch: str) -> bool:
    return (row["runtime"], row["arch"]) == (runtime, arch)


def _target(
    name: str,
    rows: Sequence[Row],
    missing: Sequence[str],
    warming: Sequence[Row],
    together: Sequence[Row],
) -> Iterator[str]:
    built = [row for row in rows if row["built"]]
    refused = [row for row in rows if not row["built"]]
    native = [row for row in built if row["files"]]
    yield f"## {name}\n"
    yield (
        f"{len(built)} of {len(rows)} are built, {len(native)} of them with compiled files; "
        f"{sum(row['result'] == 'imports' for row in built)} import, {len(refused)} are refused."
    )
    if missing:
        yield f"\nNot compiled yet: {', '.join(missing)}."
    for row in warming:
        yield (
            f"\nBefore that, once for the target, zig compiled its libraries: {row['c']:.0f} s of the "
            f"processor for C, {row['cpp']:.0f} s for C++."
        )
    by_gcc = [row["gcc"] for row in native if "gcc" in row]
    if by_gcc:
        loads = sum(each["verdict"] == "loads" for each in by_gcc)
        fewer = sum(row["size"] for row in native if "size" in row.get("gcc", ()))
        stripped, whole = (sum(each.get(size, 0) for each in by_gcc) for size in ("stripped", "size"))
        yield (
            f"Of {len(by_gcc)} of those by gcc {loads} load. Compiled files of all that both make: "
            f"{_kb(fewer)} KB by zig, {_kb(stripped)} KB by gcc when stripped, {_kb(whole)} KB unstripped."
        )
    for row in together:
        yield (
            f"\nOne requirements file with {', '.join(row['packages'])}, all from sdists, and no container: "
            f"{row['seconds']:.0f} s of the processor, `lbuild inspect` finds nothing, "
            f"`lbuild try --imports`: {row['result']}."
            if "packages" in row
            else f"\nOne requirements file with an sdist of every kind: {row['result']}."
        )
    yield ""
    yield "| sdist | how | tag | needs | KB | seconds | result |" + (" by gcc |" if by_gcc else "")
    yield "| --- | --- | --- | --- | ---: | ---: | --- |" + (" --- |" if by_gcc else "")
    for row in built:
        cells = [
            f"{row['label']} {row['version']}",
            row["kind"],
            _tag(row),
            _needs(row),
            _kb(row["size"]) if row["files"] else "",
            f"{row['seconds']:.1f}",
            row["result"],
        ]
        yield f"| {' | '.join(cells)} |" + (f" {_gcc(row)} |" if by_gcc else "")
    yield "\n| refused | how | why |"
    yield "| --- | --- | --- |"
    for row in refused:
        yield f"| {row['label']} | {row['kind']} | {row['result'].removeprefix('refused: ')} |"
    yield ""


def _tag(row: Row) -> str:
    """With the oldest platform's name alone."""
    python, abi, platforms = row["tag"].rsplit("-", 2) if row["tag"] else ("py3", "none", "any")
    return f"{python}-{abi}-{platforms.rpartition('.')[2]}"


def _needs(row: Row) -> str:
    found = [
        f"{family} {row[name]}" for family, name in (("GLIBC", "glibc"), ("GLIBCXX", "glibcxx")) if row[name]
    ]
    return ", ".join(found) or ("none" if row["files"] else "")


def _gcc(row: Row) -> str:
    gcc = row.get("gcc")
    if gcc is None:
        return ""
    if "size" not in gcc:
        return str(gcc["verdict"])
    if not gcc["files"]:
        return "pure"
    return f"{_needs(gcc)}; {_kb(gcc['size'])} KB, stripped {_kb(gcc['stripped'])}; {gcc['verdict']}"


def _kb(size: int) -> str:
    return f"{size / 1024:.0f}"


def _times(rows: Sequence[Row]) -> Iterator[str]:
    yield "| sdist | zig | gcc, by `pip wheel` | zig / gcc |"
    yield "| --- | ---: | ---: | ---: |"
    for row in rows:
        yield f"| {row['label']} | {row['zig']:.1f} s | {row['gcc']:.1f} s | {row['zig'] / row['gcc']:.2f} |"
    zig, gcc = (sum(row[name] for row in rows) for name in ("zig", "gcc"))
    yield f"| all | {zig:.1f} s | {gcc:.1f} s | {zig / gcc:.2f} |"
