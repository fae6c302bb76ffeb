"""Wheels that come into an index, and those that do not."""

import errno
import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from packaging.utils import NormalizedName

from factories.commands import tree
from factories.disks import small_disk
from factories.wheels import make_wheel, wheel_filename, write_wheel
from manylinux.errors import SeveralErrors
from prebuilt_index.errors import (
    BadArchiveError,
    DamagedEntryError,
    DuplicateFileError,
    IndexFolderError,
    MetadataMismatchError,
    NotAPrebuiltIndexError,
)
from prebuilt_index.index.local import LocalIndex
from prebuilt_index.tree.adding import Added, add
from prebuilt_index.tree.admission import Candidate
from prebuilt_index.tree.checking import verify
from prebuilt_index.tree.entry import Provenance
from prebuilt_index.tree.reading import begin
from prebuilt_index.tree.upkeep import content_of, refresh, repair, set_yanked
from prebuilt_index.tree.writing import forsake, locked

MADE = Provenance(builder="lbuild 0.1.0", backend="zig", toolchain={"zig": "0.14.1"})


def candidate(path: Path, name: str | None = None, **fields: object) -> Candidate:
    return Candidate(path=path, filename=name or path.name, **fields)  # type: ignore[arg-type]  # any field


def put(root: Path, *paths: Path) -> tuple[Added, ...]:
    return add(root, [candidate(path) for path in paths])


def published(root: Path) -> dict[str, bytes]:
    """All of the index but what belongs to whoever writes to it."""
    return {path: content for path, content in tree(root).items() if not path.startswith(".lbuild/")}


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "index"


def test_a_wheel_is_offered_with_all_that_pages_say(root: Path, wheels: Path) -> None:
    path = write_wheel(
        wheels, "Demo", "1.0+opt", tag="cp313-cp313-manylinux_2_34_x86_64", requires_python=">=3.9"
    )
    moment = datetime(2026, 11, 27, 12, 30, tzinfo=UTC)
    (added,) = add(root, [candidate(path, provenance=MADE, upload_time=moment)])

    assert added.new
    assert added.entry.provenance == MADE
    (file,) = LocalIndex(root / "simple").page(NormalizedName("demo")).files  # type: ignore[union-attr]  # it is there
    assert file.filename == path.name
    assert file.hashes == {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    assert file.size == path.stat().st_size
    assert file.requires_python == ">=3.9"
    assert file.upload_time == moment
    wheel = Path(unquote(urlsplit(file.url).path))
    assert wheel.read_bytes() == path.read_bytes()
    metadata = Path(f"{wheel}.metadata").read_bytes()
    assert file.metadata_hashes == {"sha256": hashlib.sha256(metadata).hexdigest()}
    assert b"Name: Demo" in metadata
    assert verify(root).faults == ()


def test_every_url_of_every_page_leads_to_a_file(root: Path, wheels: Path) -> None:
    put(root, *(write_wheel(wheels, name, version) for name in ("a-b", "c") for version in ("1", "2!3+x.1")))
    seen = []
    for page in sorted((root / "simple").glob("*/index.json")):
        for file in json.loads(page.read_text())["files"]:
            seen.append(unquote(urlsplit(urljoin(page.as_uri(), file["url"])).path))
    assert len(seen) == 4
    assert all(Path(path).is_file() for path in seen)


def test_the_same_wheels_give_the_same_bytes_in_any_order(tmp_path: Path, wheels: Path) -> None:
    paths = [write_wheel(wheels, name, version) for name in ("b", "a") for version in ("1.10", "1.9")]
    put(tmp_path / "one", *paths)
    for path in reversed(paths):
        put(tmp_path / "other", path)
    assert published(tmp_path / "one") == published(tmp_path / "other")


def test_what_is_there_already_is_passed_over(root: Path, wheels: Path) -> None:
    path = write_wheel(wheels, "demo", "1")
    put(root, path)
    before = published(root)
    times = {each: each.stat().st_mtime_ns for each in (root / "files").rglob("*") if each.is_file()}
    (again,) = put(root, path)
    assert not again.new
    assert published(root) == before
    assert {each: each.stat().st_mtime_ns for each in times} == times


def test_other_bytes_under_a_name_are_refused_and_nothing_is_added(root: Path, wheels: Path) -> None:
    path = write_wheel(wheels, "demo", "1")
    put(root, path)
    before = published(root)
    path.write_bytes(make_wheel("demo", "1", {"demo.py": b"another = True\n"}))
    with pytest.raises(DuplicateFileError, match="with other bytes") as caught:
        put(root, write_wheel(wheels, "innocent", "1"), path)
    assert len(caught.value.evidence) == 2
    assert published(root) == before


def test_one_name_with_two_contents_in_one_call_is_refused(root: Path, tmp_path: Path, wheels: Path) -> None:
    one = write_wheel(wheels, "demo", "1")
    other = tmp_path / one.name
    other.write_bytes(make_wheel("demo", "1", {"demo.py": b"another = True\n"}))
    with pytest.raises(SeveralErrors):
        put(root, one, other)
    assert not root.exists()


def test_another_spelling_of_a_wheel_is_refused(root: Path, wheels: Path) -> None:
    path = write_wheel(wheels, "demo", "1")
    put(root, path)
    with pytest.raises(DuplicateFileError, match="another spelling of `demo-1-py3"):
        add(root, [candidate(path, "Demo-1-py3-none-any.whl")])


def test_refusals_are_told_together(root: Path, wheels: Path) -> None:
    good = write_wheel(wheels, "good", "1")
    damaged = write_wheel(wheels, "damaged", "1")
    damaged.write_bytes(damaged.read_bytes()[:-30])
    liar = wheels / wheel_filename("liar", "1")
    liar.write_bytes(make_wheel("liar", "2"))
    record = write_wheel(wheels, "record", "1", record=b"record.py,sha256=AAAA,1\n")
    with pytest.raises(SeveralErrors) as caught:
        put(root, good, damaged, liar, record)
    assert [type(error) for error in caught.value.errors] == [
        BadArchiveError,
        MetadataMismatchError,
        BadArchiveError,
    ]
    assert published(root) == {}


def test_a_wheel_whose_metadata_is_another_projects_is_refused(root: Path, wheels: Path) -> None:
    path = write_wheel(wheels, "demo", "1", metadata=b"Metadata-Version: 2.1\nName: other\nVersion: 1\n")
    with pytest.raises(MetadataMismatchError, match="another one inside"):
        put(root, path)


@pytest.mark.parametrize(
    "name",
    [
        "../../escape-1-py3-none-any.whl",
        "demo-1-py3-none-any.whl/../../x-1-py3-none-any.whl",
        "demo-1-py3-none-a\nny.whl",
        "demo-1-py3-none-any%2e.whl",
        "demo-1.tar.gz",
        "demo.whl",
        "",
    ],
)
def test_hostile_names_are_refused(root: Path, wheels: Path, name: str) -> None:
    path = write_wheel(wheels, "demo", "1")
    with pytest.raises(BadArchiveError, match="is not the name of a wheel"):
        add(root, [candidate(path, name or "\0")])
    assert published(root) == {}


def test_a_folder_that_is_something_else_is_refused(tmp_path: Path, wheels: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project/app.py").write_text("")
    with pytest.raises(NotAPrebuiltIndexError, match="and not empty"):
        put(tmp_path / "project", write_wheel(wheels, "demo", "1"))
    assert tree(tmp_path / "project") == {"app.py": b""}


def test_a_damaged_entry_stops_what_would_forget_it(root: Path, wheels: Path) -> None:
    put(root, write_wheel(wheels, "demo", "1"))
    (entry,) = (root / "files/demo").glob("*.entry.json")
    entry.write_text("{}")
    before = published(root)
    with pytest.raises(DamagedEntryError):
        put(root, write_wheel(wheels, "other", "1"))
    assert published(root) == before


def test_adding_a_damaged_wheel_again_mends_it(root: Path, wheels: Path) -> None:
    path = write_wheel(wheels, "demo", "1")
    put(root, path)
    whole = published(root)
    for name in whole:
        if not name.startswith("files/"):
            continue
        for damage in (b"", b"rubbish", None):
            place = root / name
            place.unlink()
            if damage is not None:
                place.write_bytes(damage)
            assert verify(root).faults, (name, damage)
            put(root, path)
            assert published(root) == whole, (name, damage)


def test_a_listed_wheel_without_its_entry_is_not_replaced(root: Path, wheels: Path) -> None:
    path = write_wheel(wheels, "demo", "1")
    put(root, path)
    (root / f"files/demo/{path.name}.entry.json").unlink()
    path.write_bytes(make_wheel("demo", "1", {"demo.py": b"another = True\n"}))
    with pytest.raises(DuplicateFileError, match="a lost entry"):
        put(root, path)


def test_what_was_never_listed_may_be_replaced(root: Path, wheels: Path) -> None:
    path = write_wheel(wheels, "demo", "1")
    (root / "files/demo").mkdir(parents=True)
    (root / "files/demo" / path.name).write_bytes(b"what a killed process left")
    put(root, path)
    assert verify(root).faults == ()


def test_pages_are_mended(root: Path, wheels: Path) -> None:
    put(root, write_wheel(wheels, "demo", "1"), write_wheel(wheels, "other", "1"))
    whole = published(root)
    (root / "simple/demo/index.html").write_text("rubbish")
    (root / "simple/index.json").unlink()
    (root / "simple/gone").mkdir()
    (root / "simple/gone/index.html").write_text("of a project that is gone")
    assert [fault.path for fault in verify(root).faults] == [
        "simple/demo/index.html",
        "simple/index.json",
        "simple/gone/index.html",
    ]
    refresh(root)
    assert published(root) == whole
    assert verify(root).faults == ()


def test_yanked_wheels_stay_and_say_why(root: Path, wheels: Path) -> None:
    put(root, write_wheel(wheels, "demo", "1"), write_wheel(wheels, "demo", "2"))
    before = published(root)
    reason = 'breaks <b>"everything"</b> & more \N{SNOWMAN}'
    (changed,) = set_yanked(root, lambda entry: entry.filename.startswith("demo-1"), reason)
    assert changed.yanked == reason
    page = LocalIndex(root / "simple").page(NormalizedName("demo"))
    assert page is not None
    assert [file.yanked for file in page.files] == [reason, None]
    assert set_yanked(root, lambda entry: entry.filename.startswith("demo-1"), reason) == ()
    assert verify(root).faults == ()
    set_yanked(root, lambda entry: True, None)
    assert published(root) == before


def test_verify_names_everything_that_is_wrong(root: Path, wheels: Path) -> None:
    one, other = write_wheel(wheels, "demo", "1"), write_wheel(wheels, "demo", "2")
    put(root, one, other)
    assert verify(root).faults == ()
    (root / f"files/demo/{one.name}").write_bytes(other.read_bytes())
    (root / f"files/demo/{other.name}.metadata").unlink()
    (root / "files/demo/stray.txt").write_text("")
    (root / "files/stray").write_text("")
    (root / "files/elsewhere").symlink_to("/")
    (root / "files/wrong").mkdir()
    (root / f"files/wrong/{one.name}.entry.json").write_text("{}")
    faults = {fault.path: fault.problem for fault in verify(root).faults}
    assert sorted(faults) == [
        f"files/demo/{one.name}",
        f"files/demo/{other.name}.metadata",
        "files/demo/stray.txt",
        "files/elsewhere",
        "files/stray",
        f"files/wrong/{one.name}.entry.json",
    ]
    assert "its content is not what its entry says" in faults[f"files/demo/{one.name}"]
    assert faults[f"files/demo/{other.name}.metadata"].startswith("is missing")


def test_verify_goes_on_past_what_cannot_be_read_and_repairs_the_rest(root: Path, wheels: Path) -> None:
    """Pages of a project with a lost entry stay: a wheel that somebody may have taken is not forgotten."""
    names = [put(root, write_wheel(wheels, name, "1"))[0].entry.filename for name in ("demo", "lost", "odd")]
    second = put(root, write_wheel(wheels, "lost", "2"))[0].entry.filename
    before = published(root)
    (root / f"files/lost/{names[1]}.entry.json").write_text("no JSON")
    odd = root / f"files/odd/{names[2]}.entry.json"
    odd.unlink()
    odd.mkdir()
    for page in ("simple/demo/index.html", "simple/index.json", "simple/lost/index.html"):
        (root / page).write_text("damaged")
    (root / "files/demo/stray.txt").write_text("")

    def faults() -> dict[str, str]:
        return {fault.path: fault.problem for fault in verify(root).faults}

    lasting = {
        f"files/lost/{names[1]}.entry.json",
        f"files/odd/{names[2]}.entry.json",
        "files/demo/stray.txt",
    }
    assert faults().keys() == lasting | {"simple/demo/index.html", "simple/index.json"}
    assert faults()[f"files/lost/{names[1]}.entry.json"].endswith("; add the wheel again")
    assert faults()[f"files/odd/{names[2]}.entry.json"].startswith("Is a directory; ")
    repair(root)
    assert faults().keys() == lasting
    after = published(root)
    assert after["simple/demo/index.html"] == before["simple/demo/index.html"]
    assert after["simple/index.json"] == before["simple/index.json"]
    assert second.encode() in after["simple/lost/index.json"]
    assert after["simple/lost/index.html"] == b"damaged"
    assert names[2].encode() in after["simple/odd/index.json"]


def test_a_wheel_that_cannot_be_read_is_one_fault_of_several(root: Path, wheels: Path) -> None:
    name = put(root, write_wheel(wheels, "demo", "1"))[0].entry.filename
    other = put(root, write_wheel(wheels, "other", "1"))[0].entry.filename
    (root / f"files/other/{other}").write_bytes(b"")
    with pytest.MonkeyPatch.context() as patch:
        opened = Path.open

        def refuse(self: Path, *words: Any, **options: Any) -> Any:
            if self.name == name:
                raise PermissionError(errno.EACCES, "Permission denied")
            return opened(self, *words, **options)

        patch.setattr(Path, "open", refuse)
        faults = {fault.path: fault.problem for fault in verify(root).faults}
    assert faults[f"files/demo/{name}"] == "Permission denied; see to it and its permissions"
    assert "its content is not" in faults[f"files/other/{other}"]


def test_verify_looks_into_wheels_that_were_put_there_by_hand(root: Path, wheels: Path) -> None:
    path = write_wheel(wheels, "demo", "1", requires_python=">=3.9")
    put(root, path)
    entry = root / f"files/demo/{path.name}.entry.json"
    form = json.loads(entry.read_text())
    bad = make_wheel("demo", "1", requires_python=">=3.9", record=b"demo.py,sha256=AAAA,1\n")
    (root / f"files/demo/{path.name}").write_bytes(bad)
    entry.write_text(json.dumps(form | {"sha256": hashlib.sha256(bad).hexdigest(), "size": len(bad)}))
    refresh(root)
    (fault,) = verify(root).faults
    assert "is not a safe wheel" in fault.problem
    (root / f"files/demo/{path.name}").write_bytes(path.read_bytes())
    entry.write_text(json.dumps(form | {"requires_python": ">=2"}))
    refresh(root)
    (fault,) = verify(root).faults
    assert fault.problem == "its `requires_python` is '>=2', the wheel's '>=3.9'"


@pytest.mark.parametrize("place", ["index", "new/deep/index"])
def test_what_is_refused_begins_no_index(place: str, tmp_path: Path, wheels: Path) -> None:
    """Whether it is refused by itself or beside the others; a folder that was there stays."""
    root = tmp_path / "rooms" / place
    (tmp_path / "rooms").mkdir()
    damaged = wheels / "demo-1-py3-none-any.whl"
    damaged.write_bytes(b"no wheel")
    with pytest.raises(BadArchiveError):
        put(root, damaged)
    assert list((tmp_path / "rooms").iterdir()) == []
    one, other = write_wheel(wheels, "demo", "1"), write_wheel(wheels, "Demo", "1.0")
    with pytest.raises(SeveralErrors):
        put(root, one, other)
    assert list((tmp_path / "rooms").iterdir()) == []
    root.mkdir(parents=True)
    with pytest.raises(SeveralErrors):
        put(root, one, other)
    assert list(root.iterdir()) == []


def test_an_index_that_somebody_uses_is_not_taken_back(root: Path, wheels: Path) -> None:
    made = begin(root)
    with locked(root):
        forsake(root, made)
        assert (root / "files").is_dir()
    put(root, write_wheel(wheels, "demo", "1"))
    forsake(root, made)
    assert verify(root).faults == ()
    assert published(root)


@pytest.mark.skipif(os.name != "posix", reason="there are no such modes")
def test_a_team_may_share_it(root: Path, wheels: Path) -> None:
    """Nothing of it is for its maker alone: the umask decides."""
    old = os.umask(0o002)
    try:
        put(root, write_wheel(wheels, "demo", "1"))
        refresh(root)
    finally:
        os.umask(old)
    for path in (root, *root.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o775 if path.is_dir() else 0o664), (path, oct(mode))


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0, reason="only root may become two other users in turn"
)
def test_two_users_of_a_group_add_to_one_index() -> None:
    """And one of them mends its pages."""
    with tempfile.TemporaryDirectory() as name:  # the tests' own folder is for root alone
        place = Path(name)
        place.chmod(0o755)
        root = place / "index"
        root.mkdir()
        os.chown(root, -1, 4242)
        root.chmod(0o2775)
        paths = [write_wheel(place, project, "1") for project in ("demo", "other", "third")]
        for user, path in zip((12345, 12346, 12345), paths, strict=True):
            with as_user(user, 4242):
                put(root, path)
                refresh(root)
        assert verify(root).faults == ()
        assert len(verify(root).entries) == 3


@contextmanager
def as_user(user: int, group: int) -> Iterator[None]:
    """This process acts for that user, who keeps nothing from the group."""
    old = os.umask(0o002)
    os.setegid(group)
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.umask(old)


def test_a_full_disk_is_told_and_leaves_the_index_whole(tmp_path: Path, wheels: Path) -> None:
    small = write_wheel(wheels, "small", "1")
    large = write_wheel(wheels, "large", "1", {"large.bin": os.urandom(900_000)})
    with small_disk(tmp_path / "disk") as disk:
        root = disk / "index"
        put(root, small)
        before = published(root)
        (disk / "filler").write_bytes(bytes(300_000))
        with pytest.raises(IndexFolderError) as caught:
            put(root, large)
        assert caught.value.evidence == ("No space left on device",)
        assert caught.value.hint == "Free some space"
        assert published(root) == before
        assert [path.name for path in (root / ".lbuild").iterdir()] == ["lock"]
        assert verify(root).faults == ()
        (disk / "filler").unlink()
        put(root, large)
        assert verify(root).faults == ()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions do not bind this user")
def test_a_folder_that_may_not_be_written_is_told(root: Path, wheels: Path) -> None:
    put(root, write_wheel(wheels, "demo", "1"))
    for folder in (root, root / ".lbuild"):
        folder.chmod(0o555)
    with pytest.raises(IndexFolderError, match="Cannot"):
        put(root, write_wheel(wheels, "other", "1"))


def test_a_page_that_goes_while_it_is_looked_at_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another lbuild writes to the index: that is no reason to stop `lbuild index verify`."""
    monkeypatch.setattr(Path, "is_file", lambda self: True)

    assert content_of(tmp_path / "index.html") is None
