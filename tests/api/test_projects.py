"""`builder.api` on projects of functions, what its documentation shows, and what importing it costs."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

import builder.api
from builder.api import BuiltProject, Cache, Indexes, UsageError, build_project, read_build
from factories.commands import Room, members, only

DOCUMENTATION = Path(__file__).parents[2] / "docs/api.md"


@pytest.fixture
def there(room: Room, tmp_path: Path) -> Iterator[Room]:
    """A project of two functions with a layer, and a current folder that is another."""
    room.offer("base", "1.0", {"base/__init__.py": b"", "base/data.bin": bytes(range(256)) * 9000})
    for name in ("one", "two"):
        room.write(f"{name}/app.py", f"name = '{name}'", "import base")
    room.write(
        "lbuild.toml",
        "[defaults]",
        'runtime = "python3.13"',
        'bytecode = "none"',
        'requirements = ["base"]',
        "[functions.one]",
        'source = "one"',
        'layers = ["common"]',
        'handler = "app.handler"',
        "[functions.two]",
        'source = "two"',
        'layers = ["common"]',
        "[layers.common]",
        'requirements = ["base"]',
    )
    (tmp_path / "elsewhere").mkdir()
    with chdir(tmp_path / "elsewhere"), only(room.environ):
        yield room


def test_a_project_is_built_and_read_again(there: Room) -> None:
    options = {"indexes": Indexes(index_url=there.index.index_url), "cache": Cache(folder=there.cache)}

    run = build_project(there.folder, **options)  # type: ignore[arg-type]
    again = build_project(there.folder, ["one"], **options)  # type: ignore[arg-type]
    read = read_build(there.folder / "dist")

    one, layer = run.functions["one"], run.layers["common"]
    assert (one.runtime, one.architecture, one.handler, one.layers) == (
        "python3.13",
        "x86_64",
        "app.handler",
        ("common",),
    )
    assert set(members(one.path)) == {"app.py"}
    assert "python/base/__init__.py" in members(layer.path)
    assert (layer.runtimes, layer.architectures) == (("python3.13",), ("x86_64",))
    assert one.unpacked_with_layers == one.unpacked + layer.unpacked
    assert {one.path, layer.path} < run.changed
    assert again.changed == frozenset()
    assert read == BuiltProject(manifest=run.manifest, functions=run.functions, layers=run.layers)
    assert read_build(run.manifest) == read


def test_a_function_that_is_not_there(there: Room) -> None:
    with pytest.raises(UsageError, match="has no function `three`"):
        build_project(there.folder, "three")


def test_a_manifest_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        read_build(tmp_path)


def test_what_the_documentation_shows_runs(there: Room) -> None:
    there.offer("flask", "3.1")
    here = Path.cwd()
    (here / "requirements.txt").write_text("flask\n")
    (here / "src").mkdir()
    (here / "src/app.py").write_text("import flask\n")
    (here / "services").symlink_to(there.folder)
    examples = re.findall(r"```python\n(.*?)```", DOCUMENTATION.read_text(encoding="utf-8"), re.DOTALL)
    said = StringIO()
    variables = {"PIP_INDEX_URL": there.index.index_url, "LBUILD_CACHE_DIR": str(there.cache)}

    with only({**there.environ, **variables}), redirect_stdout(said):
        for example in examples:
            exec(compile(example, str(DOCUMENTATION), "exec"), {})

    assert len(examples) == 3
    assert (here / "app.zip").is_file()
    assert (here / "pylock.toml").is_file()
    assert "flask 3.1 ('requirements.txt:1',)" in said.getvalue()
    assert re.search(r"^one \S{44} True True \[", said.getvalue(), re.MULTILINE)


def test_every_public_name_is_told(there: Room) -> None:
    told = DOCUMENTATION.read_text(encoding="utf-8")
    functions = [name for name in builder.api.__all__ if name.islower()]
    assert [name for name in functions if f"`{name}(" not in told] == []


def test_importing_it_is_cheap() -> None:
    heavy = ("click", "urllib3", "rich", "resolvelib", "packaging", "lief", "msgspec", "docker", "boto3")
    program = "import sys, builder.api; print([name for name in sys.argv[1:] if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program, *heavy], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"
