"""Archives for containers, and what of an archive that comes out of one gets a place here."""

import io
import tarfile
from collections.abc import Generator
from pathlib import Path

import pytest

from manylinux.backends.docker.freight import USER, one_file, packed, received, unpack
from manylinux.backends.port import BackendError


def archive(*members: tuple[str, bytes | str | None]) -> io.BytesIO:
    """By name: content of a file, target of a link, or None for a folder."""
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w") as made:
        for name, what in members:
            member = tarfile.TarInfo(name)
            if isinstance(what, bytes):
                member.size = len(what)
            else:
                member.type = tarfile.DIRTYPE if what is None else tarfile.SYMTYPE
                member.linkname = what or ""
            made.addfile(member, io.BytesIO(what) if isinstance(what, bytes) else None)
    output.seek(0)
    return output


def test_what_goes_in_belongs_to_who_builds(tmp_path: Path) -> None:
    """Whoever it is of here, and open to all; links stay links."""
    (tmp_path / "run.sh").write_bytes(b"#")
    (tmp_path / "run.sh").chmod(0o700)
    (tmp_path / "text").write_bytes(b"x")
    (tmp_path / "link").symlink_to("text")
    with packed({"a": b"1", "b": tmp_path / "text"}, {"tree": tmp_path}, ["empty"]) as file:
        members = {each.name: each for each in tarfile.open(fileobj=file)}  # noqa: SIM115  # gone with the file

    assert {each.uid for each in members.values()} == {USER}
    modes = {"empty": 0o777, "tree": 0o777, "tree/run.sh": 0o777, "tree/text": 0o666, "a": 0o666, "b": 0o666}
    assert {name: members[name].mode for name in modes} == modes
    assert members["tree/link"].issym()


@pytest.mark.parametrize(
    "member",
    [("out/x", "/etc/passwd"), ("out/../x", b""), ("out/folder/x", b""), ("out/folder", None), ("x", b"")],
)
def test_a_wheel_is_a_plain_file(tmp_path: Path, member: tuple[str, bytes | str | None]) -> None:
    """A link would be followed here, to files of this machine."""
    with pytest.raises(BackendError, match="no plain file"):
        unpack(archive(("out", None), member), tmp_path, flat=True)

    assert list(tmp_path.iterdir()) == []


def test_libraries_keep_their_paths(tmp_path: Path) -> None:
    """Whatever is no plain file, or would go elsewhere, is left out."""
    content = (("out/usr/lib/a.so", b"a"), ("out/../b.so", b"b"), ("out/c.so", "/etc/passwd"), ("out", None))
    unpack(archive(*content), tmp_path / "libraries", flat=False)

    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.so")] == [
        "libraries/usr/lib/a.so"
    ]


def test_no_more_is_received_than_there_is_room_for() -> None:
    """And the rest is not asked for: the engine holds the container until it is told so."""
    closed = []

    def pieces() -> Generator[bytes]:
        try:
            while True:
                yield bytes(1000)
        finally:
            closed.append(True)

    with (
        pytest.raises(BackendError, match="its wheel is larger than 5000 bytes"),
        received(pieces(), 5000, "wheel"),
    ):
        pass
    assert closed == [True]


def test_an_answer_is_the_first_plain_file() -> None:
    """One that is too large, or none, is no answer."""
    assert one_file(archive(("link", "/etc/passwd"), ("a", b"{}")), 10) == b"{}"
    for content in (archive(("a", bytes(11))), archive(), io.BytesIO(b"no archive" * 100)):
        with pytest.raises(BackendError):
            one_file(content, 10)
