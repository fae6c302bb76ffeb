"""The same bytes from the same requirements, whoever builds them, where and when."""

import os
import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from factories.commands import Room, members
from factories.wheels import make_record


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What differs between two runs and must not matter."""

    variables: dict[str, str] = field(default_factory=dict)
    umask: int = 0o022
    folder: str = ""
    words: Sequence[str] = ("requirements.txt",)
    cold: bool = False


CASES = {
    "another folder": Circumstances(folder="some where/else"),
    "a strict umask": Circumstances(umask=0o077, cold=True),
    "a lax umask": Circumstances(umask=0o000, cold=True),
    "another time zone": Circumstances(variables={"TZ": "Pacific/Kiritimati"}, cold=True),
    "hash seed 1": Circumstances(variables={"PYTHONHASHSEED": "1"}, cold=True),
    "hash seed 2": Circumstances(variables={"PYTHONHASHSEED": "2"}, cold=True),
    "the C locale": Circumstances(variables={"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0"}, cold=True),
    "another locale": Circumstances(variables={"LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8"}),
    "another order": Circumstances(words=("lib-c>=1", "lib-a", "lib-b<9"), cold=True),
    "a warm cache": Circumstances(),
    "a cold cache": Circumstances(cold=True),
    "one processor": Circumstances(variables={"PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "20"}),
}
NOISE = random.Random(20261123)


def stock_all(room: Room) -> None:
    """Wheels with everything that lbuild itself writes: namespaces, scripts, data files, a changed RECORD."""
    legacy = b"__import__('pkg_resources').declare_namespace(__name__)\n"
    for name in ("lib-a", "lib-b", "lib-c"):
        module = name.replace("-", "_")
        room.offer(
            name,
            "1.0",
            {
                f"{module}/__init__.py": b"",
                f"{module}/data.bin": NOISE.randbytes(20_000),
                f"{module}/text.txt": b"text\n" * 5_000,
                f"{module}/prog": b"#!/bin/sh\n",
                "shared/__init__.py": legacy,
                f"shared/{module}.py": b"",
            },
            entry_points={"console_scripts": {name: f"{module}:main"}},
            data_scripts={f"{name}.sh": b"#!/bin/sh\n"},
            executables=[f"{module}/prog"],
            directories=[module],
        )


@pytest.mark.skipif(os.name != "posix", reason="umask and time zones are POSIX's")
def test_circumstances_do_not_change_a_byte(room: Room, tmp_path: Path) -> None:
    """Folder, umask, time zone, hash seed, locale, order of requirements, state of the cache."""
    stock_all(room)
    empty = shutil.copytree(room.cache, tmp_path / "empty")
    digests = {}
    for number, (name, case) in enumerate(CASES.items()):
        cache = room.cache
        if case.cold:
            cache = shutil.copytree(empty, tmp_path / f"cold {number}")
        digests[name] = built(room, case, cache)

    assert len(set(digests.values())) == 1, digests


def built(room: Room, case: Circumstances, cache: Path) -> str:
    """The sha256 of the bundle that is built so with this cache."""
    folder = room.folder / case.folder
    lines = ("lib-a", "lib-b<9", "lib-c>=1")
    room.write(f"{case.folder or '.'}/requirements.txt", *lines)
    source = room.write(f"{case.folder or '.'}/src/app.py", "x = 1\n" * 300)
    room.write(f"{case.folder or '.'}/src/zz/run.sh", "#!/bin/sh").chmod(0o755)
    os.utime(source, (1, 1))
    done = room.process(
        *case.words,
        *("-o", "b.zip", "--source", "src", "--scripts", "--json", "-q"),
        *("--index-url", room.index.index_url, "--cache-dir", cache),
        index=False,
        cache=False,
        cwd=folder,
        env={**room.environ, **case.variables},
        umask=case.umask,
    )

    assert done.status == 0, done.stderr
    return str(done.report["bundle"]["sha256"])


def test_a_bundle_of_a_lock_has_the_bytes_of_a_bundle_of_the_requirements(room: Room) -> None:
    """The way to the wheels does not matter."""
    stock_all(room)
    room.lbuild("lib-a", "lib-b", "lib-c", "-o", "a.zip")
    room.lbuild("lock", "lib-c", "lib-a", "lib-b")
    room.lbuild("pylock.toml", "-o", "b.zip")

    assert (room.folder / "a.zip").read_bytes() == (room.folder / "b.zip").read_bytes()


def test_records_in_the_bundle_are_right(room: Room) -> None:
    """Every file of a wheel that is in the bundle stands in its RECORD with its digest."""
    stock_all(room)
    room.lbuild("lib-a", "-o", "b.zip")
    content = members(room.folder / "b.zip")
    name = "lib_a-1.0.dist-info/RECORD"
    right = make_record({path: body for path, body in content.items() if path != name}, name)

    assert sorted(content[name].decode().split()) == sorted(right.decode().split())
