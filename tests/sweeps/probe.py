"""Run by a target's own interpreter, `-I -S`: does what lies unpacked in a folder import, and is it known?

python3.X -I -S probe.py FOLDER < {"requested": ["numpy"], "imports": null, "pins": {"numpy": "2.2.6"}}
prints one JSON object: what was imported, and what went wrong. Must run on every Python of the table.
"""

import importlib
import importlib.metadata
import json
import re
import sys
from functools import cache
from pathlib import PurePosixPath

SUFFIXES = (".py", ".so")


def main():
    """Faults are collected: one bundle may show several."""
    folder, wish = sys.argv[1], json.load(sys.stdin)
    sys.path.insert(0, folder)
    faults = [fault for name, version in wish["pins"].items() for fault in metadata_faults(name, version)]
    names = wish["imports"]
    if names is None:
        names = sorted({name for project in wish["requested"] for name in importables(project)})
    for name in names:
        try:
            importlib.import_module(name)
        except BaseException as error:  # noqa: BLE001  # whatever an import does, SystemExit too, is the finding
            faults.append(f"import {name}: {type(error).__name__}: {str(error)[:300]}")
    print(json.dumps({"imported": names, "faults": faults}), file=sys.__stdout__)


def metadata_faults(name, version):
    """What importlib.metadata says of a pinned project must be so."""
    distribution = known_distributions().get(name)
    if distribution is None:
        return [f"metadata {name}: not found"]
    faults = []
    if distribution.version != version:
        faults.append(f"metadata {name}: {distribution.version}, not {version}")
    missing = [str(path) for path in distribution.files or () if not path.locate().exists()]
    if missing:
        faults.append(f"metadata {name}: {len(missing)} files of RECORD are missing: {missing[:3]}")
    return faults


@cache
def known_distributions():
    """By normalized name: Python 3.9 finds `zope.event-4.6.dist-info` by `zope.event` only."""
    return {normalized(each.metadata["Name"]): each for each in importlib.metadata.distributions()}


def normalized(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def importables(project):
    """The outermost packages and modules a project brings: `numpy`, `google.cloud.storage`."""
    files = known_distributions()[normalized(project)].files or ()
    modules = {module for path in files for module in module_of(path)}
    return {name for name in modules if not any(outer in modules for outer in outers(name))}


def module_of(path):
    parts = PurePosixPath(path).parts
    if not parts[-1].endswith(SUFFIXES) or not all(part.isidentifier() for part in parts[:-1]):
        return
    stem = parts[-1].partition(".")[0]
    if stem == "__init__":
        yield ".".join(parts[:-1])
    # A lone `_x.so` or `lib/libx.so` deep in a folder that is no package is nobody's module to import.
    elif stem.isidentifier() and len(parts) == 1 and not stem.startswith("lib"):
        yield stem


def outers(name):
    parts = name.split(".")
    return (".".join(parts[:length]) for length in range(1, len(parts)))


main()
