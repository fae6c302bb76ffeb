"""How the runtime's dynamic loader finds what files need, without running it.

Specs: ld.so(8); System V ABI, "Dynamic Linking"; glibc's elf/dl-load.c, where the two leave something open:

1. A name that is loaded already, by its soname or by the name it was asked for, is not looked for again.
2. A name with a slash is a path.
3. Where the asking file has no RUNPATH: its RPATH, then that of what had it loaded, and so on up. An RPATH
   beside a RUNPATH does not count.
4. LD_LIBRARY_PATH.
5. The RUNPATH of the asking file.
6. The system's folders.

A file for another machine is passed over, wherever it is found. What a file needs is loaded breadth first.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from posixpath import normpath
from types import MappingProxyType

from manylinux.elf.facts import Binary, ElfFacts
from manylinux.policy.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    """A file in the process, and what had it loaded."""

    path: str
    facts: ElfFacts
    by: "_Loaded | None" = None


@dataclass(slots=True)
class Loader:
    """The loader of one runtime, over the files of one bundle by absolute path."""

    files: Mapping[str, Binary]
    policy: Policy
    _found: dict[tuple[object, ...], str | None] = field(default_factory=dict)
    _system: Mapping[str, frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        system = self.policy.contract | self.policy.present
        self._system = MappingProxyType(
            {
                self.policy.python_folder: self.policy.python_libraries,
                **dict.fromkeys(self.policy.system_folders, system),
            }
        )

    def load(self, path: str) -> Iterable[tuple[str, str, str | None]]:
        """Everything that loading `path` asks for: who asks, the name, and the path it gets, or None."""
        facts = self._facts(path)
        names = {name: f"{self.policy.system_folders[0]}/{name}" for name in self.policy.loaded}
        names[facts.soname or path] = path
        queue = deque([_Loaded(path=path, facts=facts)])
        loaded = {path}
        while queue:
            asking = queue.popleft()
            for name in asking.facts.needed:
                found = names.get(name) or self._search(asking, name)
                yield asking.path, name, found
                if found is None:
                    continue
                names[name] = found
                binary = self.files.get(found)
                if isinstance(binary, ElfFacts) and found not in loaded:
                    loaded.add(found)
                    names.setdefault(binary.soname or name, found)
                    queue.append(_Loaded(path=found, facts=binary, by=asking))

    def search_path(self, path: str) -> tuple[str, ...]:
        """The folders in which the loader looks for what `path` needs, loaded by itself, in order."""
        asking = _Loaded(path=path, facts=self._facts(path))
        return self._folders(path, asking.facts, self._rpaths(asking))

    def without_system(self, path: str, name: str) -> str | None:
        """What `path` would get for `name` if the system's folders were empty."""
        for folder in self.search_path(path):
            if folder not in self._system and self._fits(f"{folder}/{name}"):
                return f"{folder}/{name}"
        return None

    def _facts(self, path: str) -> ElfFacts:
        facts = self.files[path]
        if not isinstance(facts, ElfFacts):
            raise TypeError(f"{path}: nothing the loader reads")
        return facts

    def _search(self, asking: _Loaded, name: str) -> str | None:
        if "/" in name:
            path = self._absolute(self._expand(name, asking.path))
            return path if self._fits(path) else None
        rpaths = self._rpaths(asking)
        folder = asking.path.rpartition("/")[0] if asking.facts.runpath else ""
        key = (rpaths, folder, asking.facts.runpath, name)
        if key not in self._found:
            folders = self._folders(asking.path, asking.facts, rpaths)
            fitting = (f"{each}/{name}" for each in folders if self._fits(f"{each}/{name}"))
            self._found[key] = next(fitting, None)
        return self._found[key]

    def _folders(self, path: str, facts: ElfFacts, rpaths: tuple[str, ...]) -> tuple[str, ...]:
        runpath = (self._absolute(self._expand(entry, path)) for entry in facts.runpath)
        return tuple(
            dict.fromkeys((*rpaths, *self.policy.library_path, *runpath, *self.policy.system_folders))
        )

    def _rpaths(self, asking: _Loaded) -> tuple[str, ...]:
        if asking.facts.runpath:
            return ()
        folders: list[str] = []
        each: _Loaded | None = asking
        while each is not None:
            if each.facts.rpath and not each.facts.runpath:
                folders += (self._absolute(self._expand(entry, each.path)) for entry in each.facts.rpath)
            each = each.by
        return tuple(dict.fromkeys(folders))

    def _expand(self, entry: str, path: str) -> str:
        """An entry with its `$ORIGIN`, `$LIB` and `$PLATFORM` put in."""
        if "$" not in entry:
            return entry
        origin = path.rpartition("/")[0]
        for token, value in (
            ("ORIGIN", origin),
            ("LIB", self.policy.system_lib),
            ("PLATFORM", self.policy.machine.value),
        ):
            entry = entry.replace(f"${{{token}}}", value).replace(f"${token}", value)
        return entry

    def _absolute(self, entry: str) -> str:
        """A path as the kernel sees it; an empty one is the working directory."""
        return normpath(entry if entry.startswith("/") else f"{self.policy.working_directory}/{entry}")

    def _fits(self, path: str) -> bool:
        """Whether the loader takes the file, be it to fail; it passes over those of another machine."""
        binary = self.files.get(path)
        if binary is None:
            folder, _, name = path.rpartition("/")
            return name in self._system.get(folder, ())
        return not isinstance(binary, ElfFacts) or binary.machine is self.policy.machine
