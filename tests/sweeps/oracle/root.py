"""A file system with nothing in it but what a runtime has: its listed libraries and its interpreter.

/lib64          the listed sonames: glibc and the compiler's libraries are the host's, with the symbol
                versions that the runtime lacks renamed; every other one is an empty library of that name
/var/lang       the interpreter. What it needs beside the contract lies here under names that nobody asks for
/var/task       empty; the bundle's place
"""

import os
import shutil
import subprocess
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from builder.interpreter.values import Interpreter
from manylinux.policy.policy import Policy
from sweeps.oracle.ceilings import NAMED, ceilings_of
from sweeps.oracle.host import system_libraries
from sweeps.oracle.renaming import Rename, names, renamed

_FOLDERS = ("lib64", "usr", "var/task", "var/runtime", "opt", "dev/shm", "proc", "tmp", "etc", "oracle")
_DEVICES = ("null", "zero", "random", "urandom")
_LEFT_OUT = shutil.ignore_patterns(
    "__pycache__", "site-packages", "dist-packages", "test", "tests", "idlelib", "ensurepip", "config-*",
    # Needs a screen's libraries.
    "_tkinter*",
)  # fmt: skip
LOADER_PROGRAM = Path(__file__).with_name("loader_program.py")


class NoOracleError(Exception):
    """This machine cannot stand in for the runtime; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A file system that was made."""

    path: Path
    policy: Policy
    stubs: frozenset[str]
    """Sonames of empty libraries."""
    offered: frozenset[str]
    """Symbol versions that its libraries define, those renamed left out."""


def make_root(path: Path, policy: Policy, interpreter: Interpreter) -> Root:
    """The file system of a runtime at `path`, which must not exist. Raises NoOracleError."""
    if interpreter.machine != policy.machine.value or interpreter.glibc < policy.glibc:
        glibc = "{}.{}".format(*interpreter.glibc)
        raise NoOracleError(f"{interpreter.path} runs on {interpreter.machine} with glibc {glibc}")
    for folder in _FOLDERS:
        (path / folder).mkdir(parents=True)
    os.symlink("../lib64", path / "usr/lib64")
    os.symlink("lib64", path / "lib")
    for device in _DEVICES:
        (path / "dev" / device).touch()
    (path / "etc/passwd").write_text("root:x:0:0:root:/tmp:/bin/sh\n", encoding="ascii")
    shutil.copy(LOADER_PROGRAM, path / "oracle")
    return _Maker(path=path, policy=policy, interpreter=interpreter).make()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    path: Path
    policy: Policy
    interpreter: Interpreter

    def make(self) -> Root:
        contract = {
            name: system_libraries()[name] for name in sorted(self.policy.contract) if self._has(name)
        }
        if not self.policy.loaded - self.policy.python_libraries <= contract.keys():
            raise NoOracleError("the host's C library is not found by `ldconfig -p`")
        private = self._private(contract.keys())
        rename = {name: f"py-{name[3:]}" for name in private if name not in self.policy.python_libraries}
        for name, source in contract.items():
            self._copy(source, self.path / "lib64" / name, rename)
        for name, source in private.items():
            self._copy(source, self.path / "var/lang/lib" / rename.get(name, name), rename)
        self._interpreter(rename)
        stubs = {
            **dict.fromkeys((self.policy.contract | self.policy.present) - contract.keys(), "lib64"),
            **dict.fromkeys(self.policy.python_libraries - private.keys(), "var/lang/lib"),
        }
        self._stubs(stubs)
        offered = {version for name in contract for version in names(self.path / "lib64" / name).defined}
        return Root(path=self.path, policy=self.policy, stubs=frozenset(stubs), offered=frozenset(offered))

    def _has(self, name: str) -> bool:
        return name in system_libraries()

    def _private(self, contract: Collection[str]) -> dict[str, Path]:
        """Soname to path of all that the interpreter and its modules need beside the contract."""
        found: dict[str, Path] = {}
        waiting = [self._program(), *self._modules()]
        while waiting:
            for name in names(waiting.pop()).needed:
                if name in found or name in contract:
                    continue
                own = Path(self.interpreter.lib, name)
                source = own if own.is_file() else system_libraries().get(name)
                if source is None:
                    raise NoOracleError(f"{self.interpreter.path} needs {name}, which is not found")
                found[name] = source
                waiting.append(source)
        return found

    def _program(self) -> Path:
        return self.interpreter.path.resolve()

    def _stdlib(self) -> Path:
        return Path(self.interpreter.lib, f"python3.{self.policy.minor}")

    def _modules(self) -> Iterator[Path]:
        for path in sorted((self._stdlib() / "lib-dynload").glob("*.so")):
            if not path.name.startswith("_tkinter"):
                yield path

    def _interpreter(self, rename: dict[str, str]) -> None:
        home = self.path / "var/lang"
        shutil.copytree(self._stdlib(), home / "lib" / self._stdlib().name, ignore=_LEFT_OUT)
        for path in self._modules():
            self._copy(path, home / "lib" / self._stdlib().name / "lib-dynload" / path.name, rename)
        (home / "lib" / self._stdlib().name / "site-packages").mkdir()
        self._copy(self._program(), home / "bin" / f"python3.{self.policy.minor}", rename)

    def _copy(self, source: Path, place: Path, rename: dict[str, str]) -> None:
        """The library with what the runtime lacks renamed."""
        hidden = ceilings_of(self.policy).hidden
        content = renamed(source, version=hidden, library=_by(rename))
        if place.name == self.policy.interpreter.rpartition("/")[2]:
            # The loader knows these names too, beside its tables.
            for name in NAMED:
                content = content.replace(name.encode() + b"\0", hidden(name).encode() + b"\0")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        place.chmod(0o755)

    def _stubs(self, places: dict[str, str]) -> None:
        compiler = shutil.which("cc")
        if compiler is None:
            raise NoOracleError("there is no C compiler `cc` to make empty libraries with")
        for name, folder in sorted(places.items()):
            output = self.path / folder / name
            command = [compiler, "-shared", "-nostdlib", f"-Wl,-soname,{name}", "-o", str(output), "-x", "c"]
            subprocess.run([*command, "/dev/null"], check=True)


def _by(rename: dict[str, str]) -> Rename:
    return lambda name: rename.get(name, name)
