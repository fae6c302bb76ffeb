"""What the target's Python would say of itself in `sysconfig`, made of what this machine's says.

Build tools take names, flags and compilers from there. CPython's own headers are the same on both
architectures but for three macros of pyconfig.h; measured on Debian's packages of 3.9, 3.11 and 3.13.
"""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

from manylinux.backends.port import BackendError
from manylinux.backends.zig.target import as_word, extension_suffix, multiarch, soabi

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from manylinux.backends.building_python import Description
    from manylinux.target import Target

MODULE = "_sysconfigdata__lbuild"
"""`_PYTHON_SYSCONFIGDATA_NAME` has it."""
_OF_X86 = ("HAVE_GCC_ASM_FOR_X64", "HAVE_GCC_ASM_FOR_X87", "HAVE_USABLE_WCHAR_T")
_CFLAGS = "-fno-strict-overflow -DNDEBUG -O2"
_DISPATCHER = re.compile(r"#\s*include\s*<([\w-]+-linux-gnu/python[\d.]+/pyconfig\.h)>")
_IDENTITY = """\
import os, platform, sys
_uname = os.uname
def uname():
    own = _uname()
    return type(own)((own[0], own[1], {release!r}, {version!r}, {machine!r}))
os.uname = uname
platform.machine = lambda: {machine!r}
platform.processor = lambda: {machine!r}
"""
"""For `setup.py` files that ask for the machine they are on. `platform.uname` asks `os.uname`."""


def variables(description: Description, target: Target, tools: Path, headers: Path) -> dict[str, Any]:
    """`build_time_vars` of the target's Python, with the wrappers in `tools` as its compilers."""
    found = {
        name: "" if isinstance(value, str) and _tells_of_host(name) else value
        for name, value in description.variables.items()
    }
    compiler, cxx = as_word(tools / "cc"), as_word(tools / "c++")
    return found | {
        "CC": compiler,
        "CXX": cxx,
        "LDSHARED": f"{compiler} -shared",
        "LDCXXSHARED": f"{cxx} -shared",
        "BLDSHARED": f"{compiler} -shared",
        "LINKCC": compiler,
        "MAINCC": compiler,
        "AR": as_word(tools / "ar"),
        "ARFLAGS": "rcs",
        "RANLIB": as_word(tools / "ranlib"),
        "CFLAGS": _CFLAGS,
        "PY_CFLAGS": _CFLAGS,
        "OPT": "-DNDEBUG -O2",
        "CCSHARED": "-fPIC",
        "EXT_SUFFIX": extension_suffix(target),
        "SOABI": soabi(target),
        "SHLIB_SUFFIX": ".so",
        "MULTIARCH": multiarch(target),
        "HOST_GNU_TYPE": f"{target.architecture.machine}-pc-linux-gnu",
        "BUILD_GNU_TYPE": f"{target.architecture.machine}-pc-linux-gnu",
        "MACHDEP": "linux",
        "INCLUDEPY": str(headers),
        "CONFINCLUDEPY": str(headers),
        # Extension modules are not linked to libpython.
        "Py_ENABLE_SHARED": 0,
        "LIBDIR": str(tools / "lib"),
        "LIBPL": str(tools / "lib"),
    }


def _tells_of_host(name: str) -> bool:
    """Flags, and what the interpreter was configured with: search paths of the machine it was built on."""
    return name.endswith(
        ("FLAGS", "LIBS", "_SHARED_OPTION", "FLAGS_NODIST", "FLAGS_SHARED")
    ) or name.startswith(("CONFIG", "MODULE_", "TCLTK", "OPENSSL", "LIBFFI", "BZIP2", "ZLIB"))


def write_module(found: Mapping[str, Any], folder: Path) -> None:
    """`folder` has the module that `sysconfig` reads."""
    lines = "".join(f"    {name!r}: {found[name]!r},\n" for name in sorted(found))
    (folder / f"{MODULE}.py").write_text(f"build_time_vars = {{\n{lines}}}\n", encoding="utf-8")


def write_identity(target: Target, folder: Path) -> None:
    """`folder` has a `sitecustomize` that makes a Python believe it is on the target's machine."""
    system = target.runtime.os
    text = _IDENTITY.format(
        machine=target.architecture.machine, release=system.kernel_release, version=system.kernel_version
    )
    (folder / "sitecustomize.py").write_text(text, encoding="utf-8")


def write_headers(description: Description, target: Target, headers: Path) -> None:
    """`headers` has what `#include <Python.h>` needs on the target. Raises BackendError for want of it."""
    if not (description.include / "Python.h").is_file():
        raise BackendError(f"`{description.include}` has no `Python.h`")
    shutil.copytree(description.include, headers, symlinks=False, ignore_dangling_symlinks=True)
    (headers / "pyconfig.h").write_text(_config(description, target.architecture.machine), encoding="utf-8")


def _config(description: Description, machine: str) -> str:
    """pyconfig.h for a machine, of that of this one."""
    try:
        text = description.config_h.read_text(encoding="utf-8")
        if found := _DISPATCHER.search(text):
            # Debian's chooses by machine, below the folder that all compilers search.
            root = next(parent for parent in description.config_h.parents if parent.name == "include")
            own = [*_DISPATCHER.findall(text), found[1]]
            path = next(root / each for each in own if (root / each).is_file())
            text = path.read_text(encoding="utf-8")
    except (OSError, StopIteration) as error:
        raise BackendError(f"there is no `pyconfig.h` for `{description.include}`") from error
    for macro in _OF_X86:
        value = f"#define {macro} 1" if machine == "x86_64" else f"/* #undef {macro} */"
        text = re.sub(
            rf"^(#\s*define\s+{macro}\b.*|/\*\s*#undef {macro}\s*\*/)$", value, text, flags=re.MULTILINE
        )
    return text
