"""What a target gives a compiled file: symbol versions, libraries, processor, and where the loader looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from manylinux.elf.facts import Machine
from manylinux.policy.table import Systems, parse_systems

if TYPE_CHECKING:
    from collections.abc import Mapping

    from manylinux.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What an audit holds files against."""

    runtime: str
    """Lambda's name of it, such as `python3.13`, for people."""
    minor: int
    """Of CPython 3.`minor`."""
    machine: Machine
    triplet: str
    """Of extension modules: `x86_64-linux-gnu`."""
    interpreter: str
    """The loader, by its path; what a program names in PT_INTERP."""
    glibc: tuple[int, int]
    newest: Mapping[str, str] = field(hash=False)
    """Family of symbol versions (`GLIBC`, `GLIBCXX`) to the newest that is sure to be there."""
    today: Mapping[str, str] = field(hash=False)
    """The same for what a package update brought: there lately, not promised."""
    contract: frozenset[str]
    """Sonames that programs may count on."""
    present: frozenset[str]
    """Sonames that are there today for the package manager's sake."""
    python_libraries: frozenset[str]
    """Sonames of the interpreter itself."""
    loaded: frozenset[str]
    """Sonames that are in the process before anything is imported."""
    isa_level: int
    """x86-64 level the processor is sure to have; 1 where there are no levels."""
    page_size: int
    library_path: tuple[str, ...]
    """LD_LIBRARY_PATH, in order."""
    system_folders: tuple[str, ...]
    """Where the loader looks last, and where `contract` and `present` are."""
    python_folder: str
    """Where `python_libraries` are."""
    system_lib: str
    """What `$LIB` stands for."""
    working_directory: str

    @property
    def name(self) -> str:
        """Such as `python3.13/arm64`."""
        return f"{self.runtime}/{'arm64' if self.machine is Machine.AARCH64 else 'x86_64'}"


@cache
def policy_of(target: Target) -> Policy:
    """The policy of a target."""
    systems = _systems()
    system = systems.systems[target.runtime.os.id]
    machine = systems.machines[target.architecture]
    minor = int(target.runtime.python.partition(".")[2])
    loader = machine.interpreter.rpartition("/")[2]
    python = f"libpython3.{minor}.so.1.0"
    return Policy(
        runtime=target.runtime.id,
        minor=minor,
        machine=Machine(target.architecture.machine),
        triplet=machine.triplet,
        interpreter=machine.interpreter,
        glibc=target.glibc,
        newest={"GLIBC": "{}.{}".format(*target.glibc), **system.newest},
        today=system.today,
        contract=system.contract | system.only[target.architecture] | {loader},
        present=system.present,
        python_libraries=frozenset({python, "libpython3.so"}),
        loaded=systems.process.loaded | {loader, python},
        isa_level=machine.isa_level,
        page_size=machine.page_size,
        library_path=systems.process.library_path,
        system_folders=systems.process.system_folders,
        python_folder=systems.process.python_folder,
        system_lib=systems.process.system_lib,
        working_directory=systems.process.working_directory,
    )


@cache
def _systems() -> Systems:
    return parse_systems(Path(__file__).with_name("systems.toml").read_text(encoding="utf-8"))
