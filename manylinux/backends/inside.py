"""A script for the Python that builds, here or in a container; it knows nothing but the standard library.

    python -I inside.py environment FOLDER WHEEL...      a virtual environment that holds these wheels
    FOLDER/bin/python inside.py hook ORDER.json          one PEP 517 hook of a project, run in that
    environment

It must run on every Python that Lambda has, and where lbuild itself is not. Wheels come verified from lbuild,
so they are only unpacked. Spec: PEP 517, binary distribution format, entry points.
"""

from __future__ import annotations

import configparser
import importlib
import json
import os
import stat
import sys
import zipfile
from typing import Any

_SCRIPT = """\
import sys
from {module} import {first}
if __name__ == "__main__":
    sys.argv[0] = sys.argv[0].removesuffix(".exe")
    sys.exit({function}())
"""


def environment(folder: str, wheels: list[str]) -> None:
    """A virtual environment in `folder`, without pip, in which `wheels` are installed."""
    import venv

    venv.EnvBuilder(symlinks=True, with_pip=False).create(folder)
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    site = os.path.join(folder, "lib", version, "site-packages")
    schemes = {
        "purelib": site,
        "platlib": site,
        "scripts": os.path.join(folder, "bin"),
        "headers": os.path.join(folder, "include", "site", version),
        "data": folder,
    }
    for wheel in wheels:
        _seat(wheel, schemes)


def _seat(wheel: str, schemes: dict[str, str]) -> None:
    """The wheel is installed, its programs too."""
    with zipfile.ZipFile(wheel) as archive:
        for info in archive.infolist():
            if not info.filename.endswith("/"):
                _unpack(archive, info, _place(info.filename, schemes), schemes)
        for name in archive.namelist():
            if name.count("/") == 1 and name.endswith(".dist-info/entry_points.txt"):
                _entry_points(archive.read(name).decode("utf-8"), schemes["scripts"])


def _place(name: str, schemes: dict[str, str]) -> str:
    """Where a member goes: `x.data/scripts/y` to the programs, the rest to site-packages."""
    top, _, rest = name.partition("/")
    if not top.endswith(".data"):
        return os.path.join(schemes["purelib"], *name.split("/"))
    scheme, _, below = rest.partition("/")
    return os.path.join(schemes[scheme], *below.split("/"))


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: str, schemes: dict[str, str]) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    content = archive.read(info)
    is_script = os.path.dirname(path) == schemes["scripts"]
    if is_script and content.startswith(b"#!python"):
        rest = content.partition(b"\n")[2]
        content = _first_line(schemes["scripts"]).encode() + rest
    with open(path, "wb") as file:
        file.write(content)
    if is_script or info.external_attr >> 16 & stat.S_IXUSR:
        os.chmod(path, 0o755)


class _AsWritten(configparser.ConfigParser):
    """Names of programs keep their capitals."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def _entry_points(text: str, scripts: str) -> None:
    parser = _AsWritten(delimiters=("=",), interpolation=None, strict=False)
    parser.read_string(text)
    for name, value in parser.items("console_scripts") if parser.has_section("console_scripts") else ():
        module, _, function = value.partition("[")[0].strip().partition(":")
        path = os.path.join(scripts, name)
        with open(path, "w", encoding="utf-8") as file:
            first = function.partition(".")[0]
            program = _SCRIPT.format(module=module, first=first, function=function)
            file.write(_first_line(scripts) + program)
        os.chmod(path, 0o755)


def _first_line(scripts: str) -> str:
    """What starts a program with the environment's Python; no kernel takes spaces there, nor long paths."""
    python = os.path.join(scripts, "python")
    if " " not in python and len(python) < 120:
        return f"#!{python}\n"
    # One line for the shell, and a text for Python.
    return f"#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''\n"


def hook(order_path: str) -> None:
    """The answer of one hook is written where the order says, as JSON: `answer`, or `missing` and what is."""
    with open(order_path, encoding="utf-8") as file:
        order = json.load(file)
    sys.path[:0] = [os.path.join(os.getcwd(), *part.split("/")) for part in order["backend_path"]]
    module, _, attributes = order["backend"].partition(":")
    answer: dict[str, Any]
    try:
        backend = importlib.import_module(module)
    except ImportError as error:
        if not str(getattr(error, "name", "") or "").startswith(module.partition(".")[0]):
            raise
        answer = {"missing": "backend"}
    else:
        for attribute in attributes.split(".") if attributes else ():
            backend = getattr(backend, attribute)
        function = getattr(backend, order["hook"], None)
        answer = {"missing": "hook"} if function is None else {"answer": function(*order["arguments"])}
    with open(order["answer"], "w", encoding="utf-8") as file:
        json.dump(answer, file)


if __name__ == "__main__":
    sys.path[:] = [path for path in sys.path if path != os.path.dirname(os.path.abspath(__file__))]
    if sys.argv[1] == "environment":
        environment(os.path.abspath(sys.argv[2]), sys.argv[3:])
    else:
        hook(sys.argv[2])
