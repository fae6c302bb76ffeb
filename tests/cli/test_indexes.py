"""Which indexes are asked, in which order, how often, and when not at all."""

from pathlib import Path

import pytest

from factories.commands import Room, environment, make_room, members, offer
from factories.projects import write_sdist
from factories.refusals import demand_words, stock
from factories.wheels import make_wheel, write_wheel
from servers import faults
from servers.index_server import IndexServer


def test_extra_indexes_are_asked_first_and_in_order(room: Room) -> None:
    """The first that knows a project wins, whatever versions the others have."""
    with IndexServer() as first, IndexServer() as second:
        offer(first, "one", "1.0")
        for version, index in (("2.0", second), ("1.0", first)):
            offer(index, "both", version)
        offer(second, "two", "2.0")
        for name in ("one", "two", "three", "both"):
            room.offer(name, "3.0")
        extras = ("--extra-index-url", first.index_url, "--extra-index-url", second.index_url)
        done = room.lbuild("one", "two", "three", "both", "--dry-run", "--json", *extras)

        assert done.versions == {"one": "1.0", "two": "2.0", "three": "3.0", "both": "1.0"}
        assert "/simple/both/" not in [*second.paths(), *room.index.paths()]


@pytest.mark.parametrize("way", ["option", "pyproject.toml"])
def test_a_pinned_project_comes_from_its_index_alone(room: Room, way: str) -> None:
    """Not from the one that is asked first, and not even when its own has no such project."""
    with IndexServer() as private:
        offer(private, "pinned", "1.0")
        room.offer("pinned", "9.0")
        room.offer("free", "1.0", requires_dist=["Pinned"])
        words = ["free", "--dry-run", "--json"]
        if way == "option":
            words += ["--index-pin", f"pinned={private.index_url}"]
        else:
            room.write("pyproject.toml", "[tool.lbuild]", f'index-pins = {{pinned = "{private.index_url}"}}')
        done = room.lbuild(*words)

        assert done.versions == {"free": "1.0", "pinned": "1.0"}
        assert "/simple/pinned/" not in room.index.paths()


def test_options_of_the_requirements_file_name_indexes_too(room: Room) -> None:
    """`--index-url` and `--extra-index-url` mean what they mean to pip, in this order."""
    with IndexServer() as other:
        offer(other, "demo", "1.0")
        room.offer("demo", "2.0")
        room.offer("dep", "1.0")
        room.write(
            "requirements.txt",
            f"--index-url {room.index.index_url}",
            f"--extra-index-url {other.index_url}",
            "demo",
            "dep",
        )
        done = room.lbuild("requirements.txt", "--dry-run", "--json", index=False)

    assert done.versions == {"demo": "1.0", "dep": "1.0"}


def test_the_default_index_is_pips(tmp_path: Path, answers: Path, index: IndexServer) -> None:
    """`index-url` is taken from pip's configuration; its other indexes are told and not used."""
    home = tmp_path / "home"
    home.mkdir()
    with IndexServer() as extra:
        offer(extra, "demo", "9.0")
        (home / "pip.conf").write_text(
            f"[global]\nindex-url = {index.index_url}\nextra-index-url = {extra.index_url}\n"
        )
        room = make_room(tmp_path, home, answers, index)
        stock(room)
        done = room.lbuild("demo", "--dry-run", "--json", index=False)

        assert done.versions == {"demo": "1.0", "dep": "1.2"}
        assert extra.paths() == []
        assert "note: extra-index-url of pip's configuration is not used" in done.stderr
        assert "--extra-index-url" in done.stderr
    assert environment(home) == room.environ


def test_a_folder_of_wheels_needs_no_index(room: Room) -> None:
    """`--no-index --find-links`, relative to the current folder; nothing is asked."""
    folder = room.folder / "wheel house"
    folder.mkdir()
    write_wheel(folder, "demo", "1.0", requires_dist=["dep"])
    write_wheel(folder, "dep", "1.0")
    done = room.lbuild("demo", "-o", "b.zip", "--no-index", "--find-links", "wheel house")

    assert done.status == 0, done.stderr
    assert {"demo.py", "dep.py"} <= set(members(room.folder / "b.zip"))
    assert room.index.paths() == []


def test_a_new_wheel_in_the_folder_is_seen(room: Room) -> None:
    """A folder is looked at in every run."""
    folder = room.folder / "wheels"
    folder.mkdir()
    words = ("demo", "--dry-run", "--json", "--no-index", "--find-links", "wheels")
    write_wheel(folder, "demo", "1.0")
    first = room.lbuild(*words)
    write_wheel(folder, "demo", "2.0")
    second = room.lbuild(*words)

    assert (first.versions, second.versions) == ({"demo": "1.0"}, {"demo": "2.0"})


def test_a_second_run_asks_no_server(room: Room) -> None:
    """An index that sends no validators is fresh for a while; wheels are in the store for good."""
    stock(room)
    room.write("requirements.txt", "demo")
    room.lbuild("requirements.txt", "-o", "b.zip")
    first = (room.folder / "b.zip").read_bytes()
    room.index.requests.clear()
    again = room.lbuild("requirements.txt", "-o", "b.zip")

    assert again.status == 0
    assert room.index.paths() == []
    assert (room.folder / "b.zip").read_bytes() == first


def test_an_edited_requirements_file_is_resolved_anew(room: Room) -> None:
    """Only for what is new is a server asked."""
    stock(room)
    room.offer("other", "1.0")
    room.write("requirements.txt", "demo")
    room.lbuild("requirements.txt", "-o", "b.zip")
    room.index.requests.clear()
    room.write("requirements.txt", "demo", "other", "dep<1.2")
    again = room.lbuild("requirements.txt", "-o", "b.zip", "--json")

    assert again.versions == {"demo": "1.0", "dep": "1.0", "other": "1.0"}
    assert "/simple/other/" in room.index.paths()
    assert "/simple/demo/" not in room.index.paths()


@pytest.mark.parametrize("file", ["limits.txt", "more.txt"])
def test_an_edited_file_that_a_file_names_is_resolved_anew(room: Room, file: str) -> None:
    """Constraints and included files are inputs as well."""
    stock(room)
    room.write("requirements.txt", "-r more.txt", "-c limits.txt")
    room.write("more.txt", "demo")
    room.write("limits.txt", "dep<9")
    first = room.lbuild("requirements.txt", "--dry-run", "--json")
    room.write(file, "dep<1.2", *(["demo"] if file == "more.txt" else []))
    second = room.lbuild("requirements.txt", "--dry-run", "--json")

    assert first.versions["dep"] == "1.2"
    assert second.versions["dep"] == "1.0"


def test_a_project_published_after_a_failed_run_is_found(room: Room) -> None:
    """That no index knows a project is asked again before it is told."""
    stock(room)
    with IndexServer() as private:
        words = ("private", "--dry-run", "--json", "--extra-index-url", private.index_url)
        failed = room.lbuild(*words)
        offer(private, "private", "1.0")
        found = room.lbuild(*words)

    assert failed.codes == ["project-not-found"]
    assert found.versions == {"private": "1.0"}


@pytest.mark.parametrize("words", [["dep==2.0"], ["demo", "dep>1.5"], ["new"]])
def test_a_version_published_after_a_page_was_read_is_found_when_it_is_needed(
    room: Room, words: list[str]
) -> None:
    """A page that is fresh is asked for again before a run ends with no solution, and once only."""
    stock(room)
    room.offer("new", "1.0", requires_dist=["dep>=2"])
    primed = room.lbuild("demo", "--dry-run", "--json")
    failed = room.lbuild(*words, "--dry-run", "--json")
    again = room.lbuild(*words, "--dry-run", "--json")
    room.offer("dep", "2.0")
    room.index.requests.clear()
    done = room.lbuild(*words, "--dry-run", "--json")
    asked = [path for path in room.index.paths() if path.startswith("/simple/")]

    assert primed.versions == {"demo": "1.0", "dep": "1.2"}
    assert (failed.status, again.status) == (1, 1)
    assert failed.stderr == again.stderr
    assert done.versions["dep"] == "2.0"
    assert len(asked) == len(set(asked))


def test_a_file_added_to_a_remembered_page_of_links_is_found(room: Room) -> None:
    """`--find-links` may name a page of a server, which is remembered as an index's page is."""
    room.offer("lone", "1.0")
    room.offer("other", "1.0")
    page = f"{room.index.url}/simple/lone/"
    words = ("--dry-run", "--json", "--no-index", "--find-links", page)
    first = room.lbuild("lone", *words, index=False)
    room.offer("lone", "2.0")
    done = room.lbuild("lone==2.0", *words, index=False)
    gone = room.lbuild("other", *words, index=False)

    assert first.versions == {"lone": "1.0"}
    assert done.versions == {"lone": "2.0"}
    assert (gone.status, gone.codes) == (1, ["project-not-found"])


def test_what_is_remembered_stands_where_nothing_can_be_asked(room: Room) -> None:
    """Offline, what is remembered is all there is; an index that fails now does not change what it said."""
    stock(room)
    cold = room.lbuild("dep==2.0", "--dry-run")
    asked = room.index.paths()
    room.index.requests.clear()
    room.offer("dep", "2.0")
    offline = room.lbuild("dep==2.0", "--dry-run", "--offline")

    assert room.index.paths() == []
    room.index.fail(faults.status(403))
    refused = room.lbuild("dep==2.0", "--dry-run")

    assert (cold.status, offline.status) == (1, 1)
    assert asked.count("/simple/dep/") == 1
    assert refused.codes == ["resolution-impossible"]


def test_refresh_asks_again_and_sees_what_is_new(room: Room) -> None:
    """However fresh the last answer is."""
    stock(room)
    room.lbuild("demo", "-o", "b.zip")
    room.offer("dep", "2.0")
    warm = room.lbuild("demo", "-o", "b.zip", "--json")
    room.index.requests.clear()
    fresh = room.lbuild("demo", "-o", "b.zip", "--json", "--refresh")

    assert warm.versions["dep"] == "1.2"
    assert fresh.versions["dep"] == "2.0"
    assert {"/simple/demo/", "/simple/dep/"} <= set(room.index.paths())


def test_refresh_of_what_has_not_changed_changes_nothing(room: Room) -> None:
    """The same bytes, and no wheel is downloaded again."""
    stock(room)
    room.lbuild("demo", "-o", "b.zip")
    first = (room.folder / "b.zip").read_bytes()
    room.index.requests.clear()
    room.lbuild("demo", "-o", "b.zip", "--refresh")

    assert (room.folder / "b.zip").read_bytes() == first
    assert sorted(room.index.paths()) == ["/simple/demo/", "/simple/dep/"]


def test_offline_builds_what_the_cache_holds(room: Room) -> None:
    """Without a single request, even after an edit."""
    stock(room)
    room.lbuild("demo", "-o", "b.zip")
    room.index.requests.clear()
    done = room.lbuild("demo", "dep", "-o", "c.zip", "--offline")

    assert done.status == 0, done.stderr
    assert room.index.paths() == []
    assert (room.folder / "b.zip").read_bytes() == (room.folder / "c.zip").read_bytes()


def test_offline_with_an_empty_cache_is_refused(room: Room) -> None:
    """With the name of what is missing."""
    stock(room)
    refused = room.lbuild("demo", "-o", "b.zip", "--offline")

    demand_words(refused, 3, "offline", ["`demo`", room.index.index_url, "--offline"])
    assert room.index.paths() == []
    assert room.names() == []


def test_no_cache_leaves_nothing(room: Room, tmp_path: Path) -> None:
    """A cache of its own that ends with the run."""
    stock(room)
    before = {path for path in room.cache.rglob("*") if path.is_file()}
    done = room.lbuild("demo", "-o", "b.zip", "--no-cache")

    assert done.status == 0
    assert {path for path in room.cache.rglob("*") if path.is_file()} == before


def test_a_cold_build_asks_for_each_thing_once(room: Room) -> None:
    """One request a page, one a wheel where the index offers metadata."""
    for name, needs in (("demo", ["dep"]), ("dep", [])):
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
        metadata += "".join(f"Requires-Dist: {need}\n" for need in needs) + "\n"
        room.index.add(
            name,
            f"{name}-1.0-py3-none-any.whl",
            make_wheel(name, "1.0", metadata=metadata.encode()),
            metadata=metadata.encode(),
        )
    done = room.lbuild("demo", "-o", "b.zip")

    assert done.status == 0, done.stderr
    assert sorted(room.index.paths()) == [
        "/files/demo-1.0-py3-none-any.whl",
        "/files/demo-1.0-py3-none-any.whl.metadata",
        "/files/dep-1.0-py3-none-any.whl",
        "/files/dep-1.0-py3-none-any.whl.metadata",
        "/simple/demo/",
        "/simple/dep/",
    ]


def test_an_index_that_speaks_html_alone_serves_as_well(room: Room) -> None:
    """PEP 503: the same bundle."""
    stock(room)
    room.lbuild("demo", "-o", "json.zip")
    with IndexServer(speaks_json=False) as index:
        offer(index, "dep", "1.2")
        offer(index, "demo", "1.0", requires_dist=["dep>=1"])
        done = room.lbuild("demo", "-o", "html.zip", "--index-url", index.index_url, index=False)

    assert done.status == 0, done.stderr
    assert (room.folder / "json.zip").read_bytes() == (room.folder / "html.zip").read_bytes()


@pytest.mark.parametrize(("words", "version"), [((), "1.0"), (("--prefer", "newest"), "2.0")])
def test_a_usable_wheel_goes_before_a_newer_sdist_unless_newest_is_preferred(
    room: Room, tmp_path: Path, words: tuple[str, ...], version: str
) -> None:
    """The sdist is pure Python, and is built where it is wished for."""
    room.offer("mine", "1.0")
    sdist = write_sdist(tmp_path, "mine", "2.0")
    room.index.add("mine", sdist.name, sdist.read_bytes())
    done = room.lbuild("mine", "-o", "b.zip", "--json", *words)

    assert done.status == 0, done.stderr
    assert done.versions == {"mine": version}
    assert any(name.startswith(f"mine-{version}.dist-info/") for name in members(room.folder / "b.zip"))
