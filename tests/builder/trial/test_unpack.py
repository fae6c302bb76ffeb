"""Bundles and layers become a tree as on Lambda; hostile ones are refused and leave nothing outside."""

import io
import os
import stat
import struct
import sys
import zipfile
from pathlib import Path

import pytest

from builder.errors import InputNotFoundError
from builder.trial.unpack import remove, unpack
from builder.trial.values import Tree
from factories.wheels import zipped
from manylinux.errors import UsageError
from prebuilt_index.errors import BadArchiveError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="bundles can only be tried on Linux")


def archive(*entries: tuple[str, bytes, int], system: int = 3) -> bytes:
    """A zip of (name, content, mode with type) as written by `system`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content, mode in entries:
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = system, mode << 16 | 0x20  # 0 would become 0600
            file.writestr(info, content)
    return buffer.getvalue()


def unpacked(folder: Path, content: bytes, *layers: bytes) -> Tree:
    """The tree of a zip and its layers."""
    paths = []
    for number, each in enumerate((content, *layers)):
        paths.append(folder / f"{number}.zip")
        paths[-1].write_bytes(each)
    tree = Tree(root=folder / "root")
    unpack(paths[0], paths[1:], tree)
    return tree


@pytest.mark.parametrize(
    ("mode", "system", "expected"),
    [
        (0o100644, 3, 0o444),
        (0o100755, 3, 0o555),
        (0o100600, 3, 0o000),  # Lambda's user may not read it
        (0o100640, 3, 0o000),
        (0, 3, 0o444),
        (0o100600, 0, 0o444),  # modes of a zip made on Windows mean nothing
    ],
)
def test_modes_are_those_for_others(tmp_path: Path, mode: int, system: int, expected: int) -> None:
    """A function is neither the owner of its files nor of the owner's group."""
    tree = unpacked(tmp_path, archive(("f", b"x", mode), system=system))

    assert stat.S_IMODE((tree.task / "f").stat().st_mode) == expected
    assert stat.S_IMODE(tree.task.stat().st_mode) == 0o555


def test_links_stay_links(tmp_path: Path) -> None:
    """A link inside the bundle leads where it says."""
    tree = unpacked(tmp_path, archive(("lib/z.so", b"../a/x", 0o120777), ("a/x", b"!", 0o100644)))

    assert (tree.task / "lib" / "z.so").is_symlink()
    assert (tree.task / "lib" / "z.so").read_bytes() == b"!"


@pytest.mark.parametrize(
    "entries",
    [
        [("../x", b"", 0o100644)],
        [("a/../../x", b"", 0o100644)],
        [("/x", b"", 0o100644)],
        [("a\\..\\..\\x", b"", 0o100644)],
        [("l", b"../..", 0o120777)],
        [("l", b"/etc/passwd", 0o120777)],
        [("l", b"", 0o120777)],
        [("d", b".", 0o120777), ("e", b"d/../../..", 0o120777)],
        [("a/b/e", b"../d/../..", 0o120777), ("a/d", b"..", 0o120777)],
        [("l", b"/tmp", 0o120777), ("l/x", b"", 0o100644)],
        [("a", b"", 0o100644), ("a/b", b"", 0o100644)],
        [("a/b", b"", 0o100644), ("a", b"", 0o100644)],
    ],
)
def test_what_leads_out_or_contradicts_itself_is_refused(
    tmp_path: Path, entries: list[tuple[str, bytes, int]]
) -> None:
    """Nothing is written outside the tree."""
    (tmp_path / "inner").mkdir()
    with pytest.raises(BadArchiveError):
        unpacked(tmp_path / "inner", archive(*entries))

    assert [path.name for path in tmp_path.iterdir()] == ["inner"]


def test_no_layer_is_written_through_the_links_of_another(tmp_path: Path) -> None:
    """Each of the first layer's links stays inside; the second makes a folder of what one of them passes."""
    (tmp_path / "inner").mkdir()
    first = archive(("s/t/u/v", b"", 0o100644), ("d", b"s/t/u", 0o120777), ("e", b"d/../../..", 0o120777))
    second = archive(("d", b"s", 0o120777), ("d/x", b"", 0o100644), ("e/out", b"", 0o100644))

    with pytest.raises(BadArchiveError, match="leads out of it"):
        unpacked(tmp_path / "inner", zipped({"x.py": b""}), first, second)

    assert [path.name for path in tmp_path.iterdir()] == ["inner"]
    assert not list((tmp_path / "inner").rglob("out"))


def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    """Readers would take one or the other."""
    with pytest.warns(UserWarning, match="Duplicate"):
        content = archive(("a", b"1", 0o100644), ("a", b"2", 0o100644))

    with pytest.raises(BadArchiveError, match="two members of one name"):
        unpacked(tmp_path, content)


def damaged(content: bytes, at: int, *values: int) -> bytes:
    return content[:at] + bytes(values) + content[at + len(values) :]


def test_damage_is_told(tmp_path: Path) -> None:
    """Cut files, wrong content, unknown methods, passwords: all are bad archives."""
    whole = archive(("file.py", b"x = 1\n" * 100, 0o100644))
    central = whole.index(b"PK\1\2")
    bad = [
        b"",
        b"PK\3\4",
        whole[:-30],
        damaged(whole, whole.index(b"file.py") + 9, 0xFF, 0xFF, 0xFF),
        damaged(damaged(whole, 8, 97), central + 10, 97),
        damaged(damaged(whole, 6, 1), central + 8, 1),
        damaged(damaged(whole, central + 9, 8), central + 46, 0xFF),  # a name of UTF-8 that is none
    ]
    for number, content in enumerate(bad):
        folder = tmp_path / str(number)
        folder.mkdir()

        with pytest.raises(BadArchiveError):
            unpacked(folder, content)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    """Sizes are known from the directory."""
    whole = archive(*((f"f{number}", b"x", 0o100644) for number in range(4)))
    at = 0
    while (at := whole.find(b"PK\1\2", at + 1)) > 0:
        whole = whole[: at + 24] + struct.pack("<I", 0xFFFFFFF0) + whole[at + 28 :]

    with pytest.raises(BadArchiveError, match="would unpack to 4 files"):
        unpacked(tmp_path, whole)


def test_later_layers_win(tmp_path: Path) -> None:
    """Files that only one has are all there."""
    layers = [
        zipped({"python/a.py": b"1", "python/b.py": b"1"}),
        zipped({"python/a.py": b"2", "c": b""}, directories=["python"]),
    ]
    tree = unpacked(tmp_path, zipped({"x.py": b""}), *layers)

    assert (tree.opt / "python" / "a.py").read_bytes() == b"2"
    assert (tree.opt / "python" / "b.py").read_bytes() == b"1"
    assert (tree.opt / "c").exists()


def test_a_folder_is_copied(tmp_path: Path) -> None:
    """What is tried may not change what is on disk."""
    folder = tmp_path / "app"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "tool").write_bytes(b"#!")
    os.chmod(folder / "bin" / "tool", 0o755)
    (folder / "link").symlink_to("bin/tool")
    tree = Tree(root=tmp_path / "root")
    unpack(folder, (), tree)

    assert stat.S_IMODE((tree.task / "bin" / "tool").stat().st_mode) == 0o555
    assert (tree.task / "link").is_symlink()
    assert stat.S_IMODE((folder / "bin" / "tool").stat().st_mode) == 0o755
    remove(tree.root)
    assert not tree.root.exists()


def test_what_is_no_bundle_is_told(tmp_path: Path) -> None:
    """Neither a file that is not there nor a device is unpacked."""
    with pytest.raises(InputNotFoundError):
        unpack(tmp_path / "nowhere.zip", (), Tree(root=tmp_path / "1"))
    with pytest.raises(UsageError, match="neither a zip nor a folder"):
        unpack(Path(os.devnull), (), Tree(root=tmp_path / "2"))
