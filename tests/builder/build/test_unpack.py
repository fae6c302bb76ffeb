"""Archives of sources: what is taken, what is refused, and that nothing lands outside."""

import gzip
import io
import os
import tarfile
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from builder.build.entries import ArchiveFaultError, Budget, Kind, settled
from builder.build.tar_table import read_table
from builder.build.unpack import opened
from factories.patience import no_hang
from factories.projects import tar_gz
from prebuilt_index.errors import BadArchiveError

CORPORA = Path(os.environ.get("LBUILD_CORPORA") or Path(__file__).resolve().parents[4] / "shared" / "corpora")

ACCEPTED_DESPITE_VERDICT = {
    # GNU's long names: Python wrote sdists with them until 3.8, and every reader knows them.
    "reject/gnu_longname.tar",
    # A link to a file beside it: what is written is a copy.
    "malicious/symlink.tar",
}
REFUSED_DESPITE_VERDICT = {
    # A link to nothing: there is nothing to copy.
    "accept/symlink.tar",
}


def verdict(path: Path) -> str | None:
    """Why the tar archive is refused; None when it is taken."""
    try:
        with path.open("rb") as archive:
            settled(read_table(archive, Budget()), Budget())
    except ArchiveFaultError as fault:
        return str(fault)
    return None


def corpus(*parts: str) -> list[Path]:
    return sorted(CORPORA.joinpath(*parts).rglob("*.tar"))


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not on this machine")
def test_judges_the_malo_corpus_as_its_authors_do() -> None:
    """Nothing malicious or invalid is taken and nothing sound refused, but for what is listed above."""
    verdicts = {f"{path.parent.name}/{path.name}": verdict(path) for path in corpus("malo", "tar")}
    taken = {name for name, fault in verdicts.items() if fault is None}
    bad = {name for name in verdicts if name.startswith(("malicious/", "reject/"))}
    good = {name for name in verdicts if name.startswith("accept/")}

    assert len(verdicts) == 101
    assert taken & bad == ACCEPTED_DESPITE_VERDICT
    assert good - taken == REFUSED_DESPITE_VERDICT


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not on this machine")
def test_reads_what_it_takes_as_tarfile_does() -> None:
    """Of every archive that is taken, the standard library sees the same names, kinds and contents."""
    taken = [path for path in (*corpus("malo", "tar"), *corpus("tokio-tar")) if verdict(path) is None]
    for path in taken:
        with path.open("rb") as archive, tarfile.open(path) as other:
            ours = {
                (entry.path, entry.kind): archive.seek(entry.offset) and archive.read(entry.size)
                for entry in read_table(archive, Budget())
            }
            theirs = {
                (each.name, Kind.LINK if each.issym() else Kind.FOLDER if each.isdir() else Kind.FILE): each
                for each in other.getmembers()
            }

            assert ours.keys() == theirs.keys(), path.name
            for (name, kind), member in theirs.items():
                if kind is Kind.FILE:
                    content = other.extractfile(member)
                    assert content is not None
                    assert content.read() == ours[name, kind], path.name

    assert len(taken) > 20


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not on this machine")
@pytest.mark.parametrize("path", [*corpus("malo", "tar"), *corpus("tokio-tar")], ids=lambda path: path.name)
def test_writes_nothing_outside(path: Path, tmp_path: Path) -> None:
    """Whatever an archive says, the only new files are below the folder given, and it does not hang."""
    archive = tmp_path / "x-1.tar.gz"
    archive.write_bytes(gzip.compress(path.read_bytes()))
    (tmp_path / "scratch").mkdir()
    with no_hang(), suppress(BadArchiveError), opened(archive, archive.name, tmp_path / "scratch") as sources:
        sources.write_to(tmp_path / "out")

    assert {each.name for each in tmp_path.iterdir()} <= {archive.name, "scratch", "out"}
    assert not list((tmp_path / "scratch").iterdir())


def refused(content: bytes, tmp_path: Path, name: str = "x-1.tar.gz", budget: Budget | None = None) -> str:
    """Why an archive is refused."""
    archive = tmp_path / name
    archive.write_bytes(content)
    with pytest.raises(BadArchiveError) as error, opened(archive, name, tmp_path, budget) as sources:
        sources.write_to(tmp_path / "out")
    return error.value.evidence[0]


def tar_of(*members: tarfile.TarInfo) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(bytes(member.size)))
    return gzip.compress(buffer.getvalue())


def old_file(path: str, headers: dict[str, str] | None = None) -> tarfile.TarInfo:
    """A file of the type NUL that tar had before ustar."""
    member = tarfile.TarInfo(path)
    member.type, member.pax_headers = tarfile.AREGTYPE, headers or {}
    return member


def test_takes_files_of_the_type_before_ustar(tmp_path: Path) -> None:
    """Real sdists hold them; only what some readers take for a folder is refused."""
    archive = tmp_path / "x-1.tar.gz"
    archive.write_bytes(tar_of(old_file("x-1/file")))
    with opened(archive, archive.name, tmp_path) as sources:
        top = sources.write_to(tmp_path / "out")

    assert (top / "file").is_file()
    assert "folder by its name" in refused(tar_of(old_file("x-1/folder/")), tmp_path / "out")
    assert "folder by its name" in refused(tar_of(old_file("x-1/f/", {"path": "x-1/file"})), tmp_path / "out")


def test_a_link_becomes_a_copy(tmp_path: Path) -> None:
    """A symbolic link to a file or a folder inside is written as what it points to."""
    files = {"x-1/doc/readme": b"read", "x-1/doc/more/deep": b"deep"}
    links = {"x-1/readme": "doc/readme", "x-1/src/doc": "../doc"}
    archive = tmp_path / "x-1.tar.gz"
    archive.write_bytes(tar_gz(files, links))
    with opened(archive, archive.name, tmp_path) as sources:
        top = sources.write_to(tmp_path / "out")

    written = {path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file()}
    assert written == {"doc/readme", "doc/more/deep", "readme", "src/doc/readme", "src/doc/more/deep"}
    assert not any(path.is_symlink() for path in top.rglob("*"))
    assert (top / "readme").read_bytes() == b"read"


@pytest.mark.parametrize(
    "target",
    ["/etc/passwd", "../../outside", "nowhere", "../x-1/other", ".", "..", "", "sub/../file", "loop"],
)
def test_refuses_links_that_lead_elsewhere(target: str, tmp_path: Path) -> None:
    """A link must point, by a clean path, to a file or folder of the archive."""
    content = tar_gz({"x-1/file": b"", "x-1/sub/file": b""}, {"x-1/link": target, "x-1/loop": "link"})

    assert refused(content, tmp_path)
    assert not (tmp_path / "out").exists()


def test_links_cannot_multiply(tmp_path: Path) -> None:
    """Copies count against the budget as if they had been in the archive."""
    files = {f"x-1/d/{number}": b"" for number in range(100)}
    links = {f"x-1/l{number}": "d" for number in range(100)}

    assert "entries" in refused(tar_gz(files, links), tmp_path, budget=Budget(entries=1000))


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"a/f": b"", "b/f": b""}, "2 top-level"),
        ({"file": b""}, "no folder"),
        ({}, "0 top-level"),
        ({"x/a": b"", "x/a/b": b""}, "lies in it"),
        ({"x/C:evil": b""}, "separators"),
        ({"x/" + "d/" * 70 + "f": b""}, "too deep"),
        ({"x/" + "n" * 1100: b""}, "too long"),
        ({"x/\x1b[31m": b""}, "control"),
        ({"x/caf\u00e9": b"", "x/cafe\u0301": b""}, "two entries"),
    ],
)
def test_refuses_paths_that_mean_different_things(files: dict[str, bytes], why: str, tmp_path: Path) -> None:
    """One top folder, clean paths, no two entries at one place."""
    assert why in refused(tar_gz(files), tmp_path)


@pytest.mark.parametrize(
    "type_", [tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.CONTTYPE]
)
def test_refuses_what_sources_do_not_need(type_: bytes, tmp_path: Path) -> None:
    """Hard links, devices and the like are refused even where an unpacker would pass them over."""
    member = tarfile.TarInfo("x-1/odd")
    member.type, member.linkname = type_, "x-1/file"

    assert "no file, folder or symbolic link" in refused(
        tar_of(tarfile.TarInfo("x-1/file"), member), tmp_path
    )


def sealed(block: bytes) -> bytes:
    """A header with the checksum that its bytes have."""
    total = sum(block[:148]) + 8 * 0x20 + sum(block[156:])
    return block[:148] + b"%06o\0 " % total + block[156:]


@pytest.mark.parametrize(
    ("place", "content"),
    [
        (124, b"\0" + b"00000000007"),  # readers that stop at the NUL see no size at all
        (124, b"000000000\x005 "),
        (124, b"\x80" + bytes(10) + b"\x05"),
        (108, b"nobody \0"),
        (136, b"yesterday  \0"),
        (257, b"ustar\x0001"),
    ],
)
def test_refuses_numbers_that_readers_read_differently(place: int, content: bytes, tmp_path: Path) -> None:
    """A header whose numbers are not plain octal makes some readers stop, or skip elsewhere."""
    plain = gzip.decompress(tar_gz({"x-1/file": b"12345"}))
    header = sealed(plain[:place] + content + plain[place + len(content) : 512])

    assert refused(gzip.compress(header + plain[512:]), tmp_path)
    assert not (tmp_path / "out").exists()


def test_refuses_what_hides_behind_a_long_name(tmp_path: Path) -> None:
    """A reader that takes the name up to its NUL would see another than one that counts."""
    name = "x-1/" + "n" * 120
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo(name))
    whole = buffer.getvalue()
    short = sealed(whole[:124] + b"%011o\0" % 100 + whole[136:512])

    assert "hidden" in refused(gzip.compress(short + whole[512:]), tmp_path)


def test_counts_bytes_while_reading(tmp_path: Path) -> None:
    """A bomb is noticed by what has come out of it, long before its end."""
    bomb = tar_gz({"x-1/zeros": bytes(8 << 20)})

    assert "more than 1000000 bytes" in refused(bomb, tmp_path, budget=Budget(unpacked=1_000_000))
    assert "200 times its size" in refused(bomb, tmp_path, budget=Budget(ratio_from=1_000_000))


def test_refuses_two_archives_in_one(tmp_path: Path) -> None:
    """Neither a zip behind a tar nor a second gzip member is left for another reader to find."""
    sound = tar_gz({"x-1/file": b""})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x-1/file", b"other")

    assert "follows" in refused(sound + buffer.getvalue(), tmp_path)
    assert "follows" in refused(sound + sound, tmp_path)
    assert "begin as a zip" in refused(sound + buffer.getvalue(), tmp_path, "x-1.zip")


@pytest.mark.parametrize("keep", [0, 1, 10, 50, -9, -1])
def test_refuses_a_cut_archive(keep: int, tmp_path: Path) -> None:
    """Every missing byte shows."""
    assert refused(tar_gz({"x-1/file": b"content" * 100})[:keep], tmp_path)


def test_takes_an_old_zip(tmp_path: Path) -> None:
    """Sdists were once zips, which have folders, modes and names of their own."""
    archive = tmp_path / "x-1.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
        writer.writestr("x-1/", b"")
        writer.writestr("x-1/caf\u00e9.py", b"x")
    with opened(archive, archive.name, tmp_path) as sources:
        top = sources.write_to(tmp_path / "out")

    assert (top / "caf\u00e9.py").read_bytes() == b"x"


@pytest.mark.parametrize("name", ["../evil", "/evil", "x-1/../../evil", "x-1\\evil", "x-1/a//b"])
def test_refuses_hostile_names_in_a_zip(name: str, tmp_path: Path) -> None:
    """The same rules hold for both formats."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x-1/file", b"")
        archive.writestr(name, b"")

    assert refused(buffer.getvalue(), tmp_path, "x-1.zip")


def test_refuses_other_formats(tmp_path: Path) -> None:
    """What an sdist may be is decided by its name (PEP 625), not by looking for something that fits."""
    assert "neither" in refused(b"BZh9", tmp_path, "x-1.tar.bz2")
