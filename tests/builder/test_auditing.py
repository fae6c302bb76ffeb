"""What of an audit a later build need not do again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from builder.auditing import audited
from builder.model import BundlePlan, LayoutKind, LinkOptions
from builder.order import Order, Tools
from factories.bundles import make_source, make_target, plan, verified_wheel
from factories.elf import make_elf
from manylinux.elf.facts import Binary
from manylinux.elf.read import read_compiled, read_content
from prebuilt_index.store import Store
from prebuilt_index.wheel_archive import VerifiedWheel

SOUND = make_elf(needed=["libc.so.6"], needs={"libc.so.6": ["GLIBC_2.17"]}, exports=["PyInit_core"])
NEEDY = make_elf(needed=["libabsent.so.9"], exports=["PyInit_core"])
CORE = "a/core.cpython-313-x86_64-linux-gnu.so"


@dataclass
class World:
    """Tools that count what they are asked for."""

    store: Store
    contents: Mapping[str, bytes]
    asked: list[str] = field(default_factory=list)

    def binaries(self, wheel: VerifiedWheel) -> dict[str, Binary]:
        self.asked.append(wheel.filename)
        found = ((path, read_content(memoryview(content))) for path, content in self.contents.items())
        return {path: binary for path, binary in found if binary is not None}

    def binary(self, path: Path) -> Binary | None:
        return read_compiled(path)

    def looked_at(self, bundle: BundlePlan, order: Order) -> int:
        """How many wheels are asked about to audit it."""
        before = len(self.asked)
        audited(bundle, order, cast("Tools", self))
        return len(self.asked) - before


def order_of(runtime: str = "python3.13", layout: LayoutKind = LayoutKind.FUNCTION) -> Order:
    options = LinkOptions(layout=layout)
    return Order(wish="", target=make_target(runtime), target_chosen_by="", link=options)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store") as store:
        yield store


def test_a_bundle_with_nothing_against_it_is_audited_once(tmp_path: Path, store: Store) -> None:
    """And anew where it goes elsewhere, or holds something else."""
    files = {CORE: SOUND, "a/__init__.py": b""}
    world = World(store, files)
    bundle = plan([verified_wheel(tmp_path, "a", files)])

    assert [world.looked_at(bundle, order_of()) for _ in range(3)] == [1, 0, 0]
    assert world.looked_at(bundle, order_of("python3.12")) == 1
    assert world.looked_at(bundle, order_of(layout=LayoutKind.LAYER)) == 1
    more = plan(bundle.wheels, make_source(tmp_path / "app", {"app.py": b""}))
    assert world.looked_at(more, order_of()) == 1
    assert world.looked_at(bundle, order_of()) == 0


def test_what_is_found_is_found_every_time(tmp_path: Path, store: Store) -> None:
    files = {CORE: NEEDY}
    world = World(store, files)
    bundle = plan([verified_wheel(tmp_path, "a", files)])
    verdicts = [audited(bundle, order_of(), cast("Tools", world)) for _ in range(2)]

    assert [each.code for each in verdicts[0].errors] == ["missing-library"]
    assert verdicts[1] == verdicts[0]
    assert len(world.asked) == 2


def test_compiled_files_of_the_app_are_looked_at_every_time(tmp_path: Path, store: Store) -> None:
    """They may change between two builds and keep their names."""
    world = World(store, {})
    bundle = plan([], make_source(tmp_path / "app", {CORE: SOUND}))
    before = audited(bundle, order_of(), cast("Tools", world))
    (tmp_path / "app" / CORE).write_bytes(NEEDY)
    after = audited(bundle, order_of(), cast("Tools", world))

    assert before.errors == ()
    assert [each.code for each in after.errors] == ["missing-library"]
