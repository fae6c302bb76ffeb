"""The library: OpenBLAS and numpy's LAPACK, compiled for an old glibc, joined under the names numpy calls."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

KERNELS = "HASWELL ZEN SKYLAKEX"
"""With AVX2, twice, and with AVX-512; later CPUs run these. OpenBLAS adds PRESCOTT, which runs anywhere."""
TARGET = "x86_64-linux-gnu.2.26"
PREFIX, SUFFIX = "scipy_", "64_"
"""What numpy's builders put around each name, so that no other OpenBLAS answers."""
_FILES = ("f2c", "f2c_lapack", "f2c_s_lapack", "f2c_d_lapack", "f2c_c_lapack", "f2c_z_lapack", "f2c_config")
_FLAGS = ("-O2", "-fPIC", "-ffunction-sections", "-fdata-sections", "-fvisibility=hidden", "-w")
_HERE = Path(__file__).parent
_WRAPPER = """#!{python}
import os, sys
words = []
for word in sys.argv[1:]:
    if word.startswith("-march="):  # zig has other names, and another option, for the same
        words.append("-mcpu=" + word.removeprefix("-march=").replace("-", "_"))
    elif word != "-m64" and not word.startswith("-mtune="):
        words.append(word)
os.execv({zig!r}, ["zig", "cc", "-fno-sanitize=undefined", "-target", {target!r}, *words])
"""


def compiler(folder: Path, zig: Path) -> Path:
    """`zig cc` for the target, as OpenBLAS's makefiles call a compiler."""
    path = folder / "cc"
    path.write_text(_WRAPPER.format(python=sys.executable, zig=str(zig), target=TARGET))
    path.chmod(0o755)
    for tool in ("ar", "ranlib"):
        (folder / tool).write_text(f'#!/bin/sh\nexec {zig} {tool} "$@"\n')
        (folder / tool).chmod(0o755)
    return path


def archive(tree: Path, cc: Path) -> Path:
    """OpenBLAS as a static library: BLAS, and the parts of LAPACK that it has written anew, in C."""
    path = tree / "libopenblas.a"
    if not path.exists():
        given = {
            "CC": cc,
            "HOSTCC": "cc",
            "AR": cc.with_name("ar"),
            "RANLIB": cc.with_name("ranlib"),
            "TARGET": "PRESCOTT",  # of what is common to all
            "DYNAMIC_ARCH": 1,
            "DYNAMIC_LIST": KERNELS,
            "INTERFACE64": 1,
            "NOFORTRAN": 1,
            "C_LAPACK": 1,
            "NO_LAPACKE": 1,
            "USE_OPENMP": 0,
            "NUM_THREADS": 64,
            "NO_AFFINITY": 1,
        }
        jobs = f"-j{os.cpu_count()}"
        with open(tree.parent / "openblas.log", "w") as log:
            command = ["make", jobs, "libs", *(f"{name}={value}" for name, value in given.items())]
            subprocess.run(command, cwd=tree, check=True, stdout=log, stderr=subprocess.STDOUT)
    return path


def join(folder: Path, lapack: Path, blas: Path, cc: Path, wanted: Iterable[str], soname: str) -> Path:
    """The shared library that offers the names in `wanted`, and no others."""
    objects = [_compiled(folder, lapack, name, cc) for name in _FILES]
    conversions = folder / "conversions.o"
    _run(cc, *_FLAGS, "-c", _HERE / "conversions.c", "-o", conversions)
    here = _defined([*objects, conversions])
    missing = sorted(name for name in _undefined(objects) - here if name.startswith("lite_"))
    lines = [_jump(name, name.removeprefix("lite_")) + f".hidden {name}\n" for name in missing]
    there = _defined([blas])
    exports = sorted(wanted)
    for name in exports:
        plain = name.removeprefix(PREFIX).removesuffix(SUFFIX)
        lines.append(_jump(name, plain if plain in there else f"lite_{plain}"))
    jumps = folder / "jumps.S"
    jumps.write_text(".text\n" + "".join(lines) + '.section .note.GNU-stack,"",@progbits\n')
    script = folder / "exports.map"
    script.write_text(f"{{ global: {' '.join(f'{name};' for name in exports)} local: *; }};\n")
    library = folder / soname
    linking = [f"-Wl,-soname,{soname}", f"-Wl,--version-script={script}", "-Wl,--gc-sections"]
    _run(cc, "-O2", "-shared", "-s", "-o", library, *linking, jumps, conversions, *objects, blas, "-lm")
    return library


def digest(path: Path) -> str:
    """The file's sha256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def wanted_of(modules: Iterable[Path]) -> set[str]:
    """The names that compiled modules want of the library."""
    return {name for name in _undefined(modules, "--dynamic") if name.startswith(PREFIX)}


def _compiled(folder: Path, lapack: Path, name: str, cc: Path) -> Path:
    """One file of numpy's LAPACK, its names beginning with `lite_`, without Python's headers and numpy's."""
    stand_ins = folder / "include"
    (stand_ins / "numpy").mkdir(parents=True, exist_ok=True)
    for empty in ("Python.h", "numpy/npy_common.h"):
        (stand_ins / empty).touch()
    (stand_ins / "npy_cblas.h").write_text(
        "#include <stdint.h>\n#define CBLAS_INT int64_t\n#define BLAS_FUNC(name) lite_##name##_\n"
    )
    path = folder / f"{name}.o"
    if not path.exists():
        _run(cc, *_FLAGS, f"-I{stand_ins}", f"-I{lapack}", "-c", lapack / f"{name}.c", "-o", path)
    return path


def _jump(name: str, to: str) -> str:
    return f".globl {name}\n.type {name},@function\n.p2align 4\n{name}: jmp {to}\n"


def _defined(files: Iterable[Path]) -> set[str]:
    return _symbols(files, "--defined-only")


def _undefined(files: Iterable[Path], *options: str) -> set[str]:
    return _symbols(files, "--undefined-only", *options)


def _symbols(files: Iterable[Path], *options: str) -> set[str]:
    command = ["nm", "--quiet", "--format=posix", *options, *map(str, files)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {line.split()[0].partition("@")[0] for line in said.splitlines() if len(line.split()) > 1}


def _run(*words: str | Path) -> None:
    subprocess.run([str(word) for word in words], check=True)
