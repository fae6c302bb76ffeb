"""Run by a target's own interpreter, `-I -S -B`: what a bundle in a folder answers, question by question.

python3.X -I -S -B answer_each.py FOLDER ANSWERS SECONDS < [["import", "numpy"], ["entry", "pkg.cli:main"]]
writes a line of JSON to ANSWERS for each: `[kind, subject, ok, answer]`. Whatever ends this process ends it
at the question whose answer is missing; who runs it goes on behind that one. Must run on every Python of the
table.
"""

import importlib
import importlib.metadata
import importlib.resources
import json
import os
import signal
import sys


def main():
    folder, answers, seconds = sys.argv[1:]
    questions = json.load(sys.stdin)
    sys.path.insert(0, folder)
    sys.argv[1:] = []
    for kind, subject in questions:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # a module may have taken it
        signal.alarm(int(seconds))
        try:
            ok, answer = True, ANSWERS[kind](subject)
        except BaseException as error:  # noqa: BLE001  # whatever an import does, SystemExit too, is the answer
            ok, answer = False, f"{type(error).__name__}: {_text(error)}"
        signal.alarm(0)
        with open(answers, "a", encoding="utf-8") as file:  # a module may have closed what was open
            file.write(json.dumps([kind, subject, ok, answer]) + "\n")
    os._exit(0)  # threads of what was imported are not waited for


def _text(error):
    try:
        return str(error)[:400]
    except Exception:  # noqa: BLE001  # an exception whose __str__ fails
        return "?"


def imported(name):
    """`namespace`, `package` or `module`."""
    module = importlib.import_module(name)
    if getattr(module, "__path__", None) is None:
        return "module"
    return "package" if getattr(module, "__file__", None) else "namespace"


def entry(value):
    """What it names is there."""
    importlib.metadata.EntryPoint(name="", value=value, group="").load()
    return ""


def resources(package):
    """Every file below a package, as importlib.resources lists them."""
    found, waiting = [], [(importlib.resources.files(package), "")]
    while waiting:
        place, prefix = waiting.pop()
        for each in place.iterdir():
            path = prefix + each.name
            if each.is_dir():
                if each.name != "__pycache__":
                    waiting.append((each, path + "/"))
            else:
                found.append(path)
    return sorted(found)


def metadata(_):
    """What importlib.metadata says of each distribution, by name."""
    return {each.metadata["Name"]: _described(each) for each in importlib.metadata.distributions()}


def _described(distribution):
    files = distribution.files or ()
    points = sorted((each.group, each.name, each.value) for each in distribution.entry_points)
    return {
        "version": distribution.version,
        "requires": distribution.requires,
        "text": sorted(distribution.metadata.items()),
        "entry_points": points,
        "files": sorted(str(path) for path in files),
        "missing": sorted(str(path) for path in files if not path.locate().exists()),
    }


def packages(_):
    """Which distributions each top name comes from."""
    return {name: sorted(set(of)) for name, of in importlib.metadata.packages_distributions().items()}


ANSWERS = {
    "import": imported,
    "entry": entry,
    "resources": resources,
    "metadata": metadata,
    "packages": packages,
}
if __name__ == "__main__":
    main()
