"""Wheels that builds left in the store, told with what an index says of their making."""

import hashlib
from pathlib import Path

from builder.build import memory
from builder.build.kept import kept
from builder.build.values import BuiltWheel, Provenance
from factories.wheels import make_wheel
from prebuilt_index.store import Bucket, Store
from prebuilt_index.tree.entry import Provenance as Told

NATIVE = "native-1 cp3.13 x86_64 glibc 2.34 repair 4 zig: zig 0.14.1 sha256 abc"
STORY = Provenance(
    backend="zig",
    reason="the first of `--build auto`",
    log="/home/somebody/log",
    seconds=3.0,
    requirements=("setuptools-80-py3-none-any.whl", "cython-3-py3-none-any.whl"),
    notes=("brings `libx.so.1`, from /usr/lib/libx.so.1", "no tests were run"),
)


def keep(store: Store, name: str, source: str, builder: str, story: Provenance | None) -> str:
    content = make_wheel(name, "1.0")
    with store.receive() as incoming:
        incoming.write(content)
        path = incoming.commit()
    wheel = BuiltWheel(
        path=path,
        filename=f"{name}-1.0-py3-none-any.whl",
        sha256=hashlib.sha256(content).hexdigest(),
        provenance=story,
    )
    memory.remember(store, memory.key_of(source, None, {}, builder), wheel)
    return wheel.sha256


def test_a_compiled_wheel_is_told_by_the_record_that_knows_most(tmp_path: Path) -> None:
    with Store.open(tmp_path / "store") as store:
        sha256 = keep(store, "demo", f"sha256:{'1' * 64}", NATIVE, STORY)
        keep(store, "demo", f"sha256:{'1' * 64}", "native-1 lbuild 0.1.0 zz cp3.13 auto", STORY)
        (found,) = kept(store)
        assert found.path == store.blob(sha256)
        assert found.provenance == Told(
            builder="lbuild 0.1.0",
            backend="zig",
            target="cp3.13 x86_64",
            source_sha256="1" * 64,
            toolchain={"zig": "zig 0.14.1 sha256 abc"},
            requirements=("cython-3-py3-none-any.whl", "setuptools-80-py3-none-any.whl"),
            notes=("no tests were run",),
        )


def test_pure_wheels_and_folders_are_told_too(tmp_path: Path) -> None:
    with Store.open(tmp_path / "store") as store:
        keep(store, "pure", "tree:abc", memory.BUILDER, None)
        (found,) = kept(store)
        assert found.provenance == Told(builder="lbuild 0.1.0", backend="pure")


def test_records_of_an_older_lbuild_are_read(tmp_path: Path) -> None:
    with Store.open(tmp_path / "store") as store:
        sha256 = keep(store, "demo", "sha256:x", memory.BUILDER, None)
        key = memory.key_of("sha256:x", None, {})
        store.put(Bucket.BUILT, key, f'["demo-1.0-py3-none-any.whl", "{sha256}", null, null]'.encode())
        (found,) = kept(store)
        assert found.provenance == Told(builder="lbuild", backend="pure")
        recalled = memory.recall(store, key)
        assert recalled is not None
        assert recalled.sha256 == sha256


def test_what_was_pruned_is_left_out(tmp_path: Path) -> None:
    with Store.open(tmp_path / "store") as store:
        sha256 = keep(store, "demo", "sha256:x", memory.BUILDER, None)
        path = store.blob(sha256)
        assert path is not None
        path.unlink()
        assert kept(store) == ()
