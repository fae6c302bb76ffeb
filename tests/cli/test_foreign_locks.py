"""Locks of uv, Poetry and pipenv, and scripts, as users have them: built from end to end."""

import hashlib
import json
from urllib.request import urlopen

import pytest

from factories.commands import Room, members
from factories.refusals import demand_words


@pytest.fixture
def wheels(room: Room) -> dict[str, tuple[str, str]]:
    """Two projects on the index: name to file name and sha256; a newer `core` is there too."""
    found = {}
    for name, options in (("core", {}), ("web", {"requires_dist": ["core"]})):
        filename = room.offer(name, "1.0", {f"{name}.py": b"x = 1\n"}, **options)
        with urlopen(f"{room.index.url}/files/{filename}") as answer:
            found[name] = (filename, hashlib.sha256(answer.read()).hexdigest())
    room.offer("core", "2.0", {"core.py": b"x = 2\n"})
    return found


def uv_lock(room: Room, wheels: dict[str, tuple[str, str]]) -> str:
    packages = "".join(
        f"""
[[package]]
name = "{name}"
version = "1.0"
source = {{ registry = "{room.index.url}/simple" }}
dependencies = [{"{ name = 'core' }" if name == "web" else ""}]
wheels = [{{ url = "{room.index.url}/files/{filename}", hash = "sha256:{digest}" }}]
"""
        for name, (filename, digest) in wheels.items()
    )
    project = '[[package]]\nname = "app"\nsource = { virtual = "." }\ndependencies = [{ name = "web" }]\n'
    return f'version = 1\nrequires-python = ">=3.9"\n\n{project}{packages}'


def poetry_lock(wheels: dict[str, tuple[str, str]]) -> str:
    packages = "".join(
        f'[[package]]\nname = "{name}"\nversion = "1.0"\ngroups = ["main"]\n'
        f'files = [{{file = "{filename}", hash = "sha256:{digest}"}}]\n\n'
        for name, (filename, digest) in wheels.items()
    )
    return f'{packages}[metadata]\nlock-version = "2.1"\n'


def pipfile_lock(room: Room, wheels: dict[str, tuple[str, str]]) -> str:
    sources = [{"name": "here", "url": f"{room.index.url}/simple/", "verify_ssl": True}]
    default = {
        name: {"version": "==1.0", "hashes": [f"sha256:{digest}"], "markers": "python_version >= '3.9'"}
        for name, (_, digest) in wheels.items()
    }
    return json.dumps({"_meta": {"pipfile-spec": 6, "sources": sources}, "default": default, "develop": {}})


@pytest.mark.parametrize("tool", ["uv.lock", "poetry.lock", "Pipfile.lock"])
def test_a_lock_is_built_as_it_stands(room: Room, wheels: dict[str, tuple[str, str]], tool: str) -> None:
    """The versions that it holds, though newer ones are there, and the same bundle from each tool's."""
    texts = {
        "uv.lock": uv_lock(room, wheels),
        "poetry.lock": poetry_lock(wheels),
        "Pipfile.lock": pipfile_lock(room, wheels),
    }
    room.write(tool, texts[tool])
    done = room.lbuild(tool, "-o", "b.zip", "--bytecode", "none")
    room.lbuild("web==1.0", "core==1.0", "-o", "plain.zip", "--bytecode", "none")

    assert done.status == 0, done.stderr
    assert members(room.folder / "b.zip") == members(room.folder / "plain.zip")


@pytest.mark.parametrize("tool", ["uv.lock", "poetry.lock", "Pipfile.lock"])
def test_other_bytes_than_the_locked_ones_are_refused(
    room: Room, wheels: dict[str, tuple[str, str]], tool: str
) -> None:
    other = {name: (filename, "0" * 64) for name, (filename, _) in wheels.items()}
    texts = {
        "uv.lock": uv_lock(room, other),
        "poetry.lock": poetry_lock(other),
        "Pipfile.lock": pipfile_lock(room, other),
    }
    room.write(tool, texts[tool])
    done = room.lbuild(tool, "-o", "b.zip")

    assert done.status in {1, 4}, done.stderr
    assert not (room.folder / "b.zip").exists()


def test_requirements_are_held_against_a_lock_of_uv(room: Room, wheels: dict[str, tuple[str, str]]) -> None:
    """`--locked` takes one too."""
    room.write("uv.lock", uv_lock(room, wheels))
    room.write("pyproject.toml", "[project]\nname = 'app'\nversion = '1'\ndependencies = ['web>=1']")
    room.write("new.toml", "[project]\nname = 'app'\nversion = '1'\ndependencies = ['web>=2']")

    done = room.lbuild("pyproject.toml", "--locked", "uv.lock", "-o", "b.zip", "--json")

    assert done.status == 0, done.stderr
    assert done.versions == {"core": "1.0", "web": "1.0"}
    refused = room.lbuild("new.toml", "--locked", "uv.lock", "-o", "b.zip")
    demand_words(refused, 1, "lock-out-of-date", ["the lock has web 1.0", "Lock again with `uv lock`"])


def test_a_script_is_built_with_what_it_says(room: Room, wheels: dict[str, tuple[str, str]]) -> None:
    """Its dependencies; the script itself goes in with `--source`."""
    room.write("app.py", "# /// script", "# dependencies = ['web']", "# ///", "import web")
    done = room.lbuild("app.py", "-o", "b.zip", "--json")

    assert done.status == 0, done.stderr
    assert done.versions == {"core": "2.0", "web": "1.0"}


def test_a_group_of_a_lock_can_be_chosen(room: Room, wheels: dict[str, tuple[str, str]]) -> None:
    room.write("poetry.lock", poetry_lock(wheels).replace('["main"]', '["dev"]', 1))
    refused = room.lbuild("poetry.lock", "-o", "b.zip")
    done = room.lbuild("poetry.lock", "--group", "dev", "-o", "b.zip", "--json")

    assert refused.status != 0, "web needs core, and hash mode wants core's hash"
    assert done.versions == {"core": "1.0", "web": "1.0"}


def test_several_locks_of_uv_are_refused(room: Room, wheels: dict[str, tuple[str, str]]) -> None:
    room.write("uv.lock", uv_lock(room, wheels))
    done = room.lbuild("uv.lock", "web", "-o", "b.zip")

    demand_words(done, 2, "usage", ["A lock file is built alone"])
