"""Publishing, wherever to: what is missing, files before pages, several at once, and after a death."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from factories.commands import tree
from factories.places import LostError, Memory, Odd, dangling, on_pages
from factories.wheels import make_wheel, write_wheel
from manylinux.errors import UsageError
from prebuilt_index.errors import (
    DamagedIndexError,
    DuplicateFileError,
    NoBucketError,
    NotAPrebuiltIndexError,
    PublishError,
)
from prebuilt_index.publish import rounds
from prebuilt_index.publish.folder import Folder
from prebuilt_index.publish.places import place_at
from prebuilt_index.publish.publishing import publish
from prebuilt_index.tree.adding import add
from prebuilt_index.tree.admission import Candidate
from prebuilt_index.tree.checking import verify
from prebuilt_index.tree.upkeep import set_yanked


def make_index(root: Path, *names: tuple[str, str]) -> Path:
    """An index with these wheels, by project and version."""
    folder = root.with_name(f"{root.name}-wheels")
    folder.mkdir(exist_ok=True)
    paths = [write_wheel(folder, name, version) for name, version in names]
    add(root, [Candidate(path=path, filename=path.name) for path in paths])
    return root


def published(root: Path) -> dict[str, bytes]:
    return {path: content for path, content in tree(root).items() if not path.startswith(".lbuild/")}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_index(tmp_path / "index", ("demo", "1"), ("demo", "2+opt"), ("other", "1"))


def test_a_place_gets_all_of_an_index(root: Path) -> None:
    place = Memory()
    done = publish(root, place)
    assert (len(done.sent), len(done.present), done.total) == (3, 0, 3)
    folders = {key: content for key, content in place.objects.items() if key.endswith("/")}
    assert {key: place.objects[key] for key in place.objects if key not in folders} == published(root)
    assert folders == {key: place.objects[f"{key}index.html"] for key in folders}
    assert sorted(folders) == ["simple/", "simple/demo/", "simple/other/"]


def test_a_folder_gets_the_same_bytes(root: Path, tmp_path: Path) -> None:
    publish(root, Folder(tmp_path / "there"))
    assert published(tmp_path / "there") == published(root)
    assert verify(tmp_path / "there").faults == ()


def test_a_folder_takes_from_two_at_once_while_wheels_are_added_to_it(tmp_path: Path) -> None:
    """Many threads of two publishers, and one that adds: all of it is there in the end."""
    there = tmp_path / "there"
    roots = [
        make_index(tmp_path / f"index{number}", *((f"p{number}", f"1.{minor}") for minor in range(25)))
        for number in range(2)
    ]
    failures: list[BaseException] = []

    def work(task: Callable[[], object]) -> None:
        try:
            task()
        except BaseException as error:  # noqa: BLE001  # told by the test
            failures.append(error)

    added = [write_wheel(tmp_path, "added", f"1.{minor}") for minor in range(10)]

    def add_each() -> None:
        for path in added:
            add(there, [Candidate(path=path, filename=path.name)])

    tasks = [*(partial(publish, root, Folder(there)) for root in roots), add_each]
    threads = [threading.Thread(target=work, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    verdict = verify(there)
    assert verdict.faults == ()
    assert len(verdict.entries) == 60
    assert [path.name for path in (there / ".lbuild").iterdir()] == ["lock"]


def test_what_is_there_is_not_sent_again(root: Path) -> None:
    place = Memory()
    publish(root, place)
    odd = Odd(place)
    done = publish(root, odd)
    assert (len(done.sent), len(done.present), done.pages) == (0, 3, 0)
    assert odd.writes == []
    make_index(root, ("third", "1"))
    odd = Odd(place)
    done = publish(root, odd)
    assert [entry.filename for entry in done.sent] == ["third-1-py3-none-any.whl"]
    assert sorted(odd.writes) == [
        "files/third/third-1-py3-none-any.whl",
        "files/third/third-1-py3-none-any.whl.entry.json",
        "files/third/third-1-py3-none-any.whl.metadata",
        "simple/",
        "simple/index.html",
        "simple/index.json",
        "simple/third/",
        "simple/third/index.html",
        "simple/third/index.json",
    ]


def test_what_only_the_place_has_stays(root: Path, tmp_path: Path) -> None:
    place = Memory()
    publish(root, place)
    before = on_pages(place.objects)
    publish(make_index(tmp_path / "mine", ("demo", "3")), place)
    assert on_pages(place.objects).items() > before.items()
    assert len(on_pages(place.objects)) == 4


def test_other_bytes_are_refused_before_anything_is_written(root: Path, tmp_path: Path) -> None:
    place = Memory()
    publish(root, place)
    path = tmp_path / "demo-1-py3-none-any.whl"
    path.write_bytes(make_wheel("demo", "1", {"demo.py": b"another = True\n"}))
    mine = make_index(tmp_path / "mine", ("innocent", "1"))
    add(mine, [Candidate(path=path, filename=path.name)])
    odd = Odd(place)
    with pytest.raises(DuplicateFileError, match="is published already, with other bytes"):
        publish(mine, odd)
    assert odd.writes == []


def test_another_spelling_is_refused(root: Path, tmp_path: Path) -> None:
    place = Memory()
    publish(root, place)
    path = write_wheel(tmp_path, "demo", "1")
    mine = tmp_path / "mine"
    add(mine, [Candidate(path=path, filename="Demo-1-py3-none-any.whl")])
    with pytest.raises(DuplicateFileError, match="is there as `demo-1-py3"):
        publish(mine, place)


def test_a_damaged_index_is_not_published(root: Path) -> None:
    place = Memory()
    (root / "files/demo/demo-1-py3-none-any.whl").write_bytes(b"damaged")
    odd = Odd(place)
    with pytest.raises(DamagedIndexError, match="not what its entry says"):
        publish(root, odd)
    assert odd.writes == []


def test_an_object_no_page_names_is_left_to_its_owner(root: Path) -> None:
    key = "files/demo/demo-1-py3-none-any.whl"
    place = Memory(objects={key: b"of somebody else"})
    with pytest.raises(DuplicateFileError, match="though no page names it"):
        publish(root, place)
    assert place.objects[key] == b"of somebody else"
    assert dangling(place.objects) == []


def test_yanking_is_published_and_offering_again_only_when_asked(root: Path) -> None:
    place = Memory()
    publish(root, place)
    set_yanked(root, lambda entry: entry.project == "demo", "broken")
    done = publish(root, place)
    assert len(done.changed) == 2
    assert b'data-yanked="broken"' in place.objects["simple/demo/index.html"]
    set_yanked(root, lambda entry: True, None)
    done = publish(root, place)
    assert (len(done.changed), len(done.kept_yanked)) == (0, 2)
    assert b'data-yanked="broken"' in place.objects["simple/demo/index.html"]
    done = publish(root, place, unyank=True)
    assert (len(done.changed), len(done.kept_yanked)) == (2, 0)
    assert b"data-yanked" not in place.objects["simple/demo/index.html"]


def test_files_that_were_taken_away_leave_the_pages(root: Path) -> None:
    place = Memory()
    publish(root, place)
    del place.objects["files/other/other-1-py3-none-any.whl"]
    publish(make_index(root.with_name("empty"), ("demo", "1")), place)
    assert dangling(place.objects) == []
    assert b"other-1" not in place.objects["simple/other/index.html"]
    assert b"other" not in place.objects["simple/index.html"]


def test_whoever_dies_at_any_moment_leaves_no_page_that_lies(root: Path) -> None:
    life = 0
    while True:
        place = Memory()
        try:
            publish(root, Odd(place, life=life))
        except LostError:
            assert (life, dangling(place.objects)) == (life, [])
            publish(root, place)
            assert len(on_pages(place.objects)) == 3
            assert dangling(place.objects) == []
        else:
            break
        life += 1
    assert life > 20


@pytest.mark.parametrize("conditional", [True, False])
@pytest.mark.parametrize("seed", range(12))
def test_publishers_at_once_lose_nothing(tmp_path: Path, seed: int, conditional: bool) -> None:
    """Three publishers, whose questions take turns at random, some of whose projects are the same."""
    roots = [
        make_index(tmp_path / f"index{number}", ("demo", str(number)), (f"own{number}", "1"), ("shared", "1"))
        for number in range(3)
    ]
    place = Memory(conditional=conditional)
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            publish(roots[number], Odd(place, seed=100 * seed + number, nap=0.004))
        except BaseException as error:  # noqa: BLE001  # told by the test
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        with place.lock:
            seen = dict(place.objects)
        assert dangling(seen) == []
        threads[0].join(0.005)
    assert failures == []
    assert len(on_pages(place.objects)) == 7
    whole = Memory()
    for root in roots:
        publish(root, whole)
    assert place.objects == whole.objects


@pytest.mark.parametrize("seed", range(15))
def test_a_publisher_that_dies_takes_nobody_elses_wheels_along(tmp_path: Path, seed: int) -> None:
    """One stalls with an old list in mind, and dies at some moment; the other's wheels stay on the pages."""
    mine = make_index(tmp_path / "mine", ("demo", "1"), ("mine", "1"))
    other = make_index(tmp_path / "other", ("demo", "2"), ("other", "1"))
    place = Memory()

    def die() -> None:
        with pytest.raises(LostError):
            publish(other, Odd(place, seed=seed, nap=0.01, life=1 + seed))

    thread = threading.Thread(target=die)
    thread.start()
    publish(mine, Odd(place, seed=seed + 50, nap=0.002))
    thread.join()
    named = on_pages(place.objects)
    assert {"demo-1-py3-none-any.whl", "mine-1-py3-none-any.whl"} <= set(named)
    assert dangling(place.objects) == []


def test_two_that_publish_other_bytes_at_once_cannot_both_win(tmp_path: Path) -> None:
    one = make_index(tmp_path / "one", ("demo", "1"))
    path = tmp_path / "demo-1-py3-none-any.whl"
    path.write_bytes(make_wheel("demo", "1", {"demo.py": b"another = True\n"}))
    add(tmp_path / "two", [Candidate(path=path, filename=path.name)])
    for seed in range(20):
        place = Memory()
        outcomes: list[str] = []

        def work(root: Path, seed: int, place: Memory = place, outcomes: list[str] = outcomes) -> None:
            try:
                publish(root, Odd(place, seed=seed, nap=0.003))
            except DuplicateFileError:
                outcomes.append("refused")
            else:
                outcomes.append("published")

        threads = [
            threading.Thread(target=work, args=(one, seed)),
            threading.Thread(target=work, args=(tmp_path / "two", seed + 1000)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert dangling(place.objects) == []
        assert sorted(outcomes) == ["published", "refused"]


def test_somebody_who_is_always_faster_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "_MOST", 3)

    class Contended(Memory):
        def write(self, key: str, content: bytes, over: str | None) -> bool:
            return False if key.startswith("simple/") else super().write(key, content, over)

    with pytest.raises(PublishError, match="Others publish"):
        publish(root, Contended())


def test_what_is_no_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAPrebuiltIndexError):
        publish(tmp_path, Memory())
    (tmp_path / "project").mkdir()
    (tmp_path / "project/app.py").write_text("")
    with pytest.raises(NotAPrebuiltIndexError, match="and not empty"):
        place_at(str(tmp_path / "project"))


@pytest.mark.parametrize(
    ("where", "error"),
    [
        ("s3://", NoBucketError),
        ("s3://Upper/x", NoBucketError),
        ("s3:///x", NoBucketError),
        ("s3://bucket/a//b", UsageError),
        ("s3://bucket/../b", UsageError),
        ("https://user:secret@host.example/x", UsageError),
    ],
)
def test_what_is_no_place_is_refused(where: str, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        place_at(where)
    assert "secret" not in str(caught.value)
