"""`lbuild sam`, called as a recipe of `sam build` calls it."""

import sys
from pathlib import Path

import pytest

from factories.commands import Room, tree

TEMPLATE = (
    "Globals: {Function: {Runtime: python3.13, Architectures: [arm64]}}",
    "Resources:",
    "  Api:",
    "    Type: AWS::Serverless::Function",
    "    Properties: {CodeUri: api, Handler: app.handler, Role: !GetAtt Role.Arn, Layers: [!Ref Deps]}",
    "  Deps:",
    "    Type: AWS::Serverless::LayerVersion",
    "    Metadata: {BuildMethod: makefile, BuildArchitecture: arm64}",
    "    Properties: {ContentUri: deps, CompatibleRuntimes: [python3.13]}",
)
ARM = "cp313-cp313-manylinux_2_17_aarch64"


def called(room: Room, artifacts: Path, folder: Path) -> Room:
    """The room in which SAM runs a recipe: a copy of the function's folder, elsewhere."""
    folder.mkdir(exist_ok=True)
    environ = {**room.environ, "ARTIFACTS_DIR": str(artifacts)}
    return Room(folder=folder, cache=room.cache, index=room.index, environ=environ)


@pytest.fixture
def app(room: Room) -> Room:
    """A project with a function and a layer."""
    room.offer("tool", "1.0", {"tool/__init__.py": b"", "tool/data.txt": b"arm"}, tag=ARM)
    room.write("template.yaml", *TEMPLATE)
    room.write("api/requirements.txt", "tool")
    room.write("api/app.py", "import tool")
    room.write("api/.lbuildignore", "requirements.txt")
    room.write("deps/requirements.txt", "tool")
    return room


def recipe(app: Room, name: str, *words: str, tmp_path: Path) -> tuple[int, str, dict[str, bytes]]:
    """One recipe, run; its status, what was said, and the files of its folder for artefacts."""
    artifacts = app.folder / ".aws-sam/build" / name
    artifacts.mkdir(parents=True, exist_ok=True)
    copy = called(app, artifacts, tmp_path / "scratch")
    done = copy.lbuild("sam", name, "--bytecode", "none", *words)
    return done.status, done.stderr, tree(artifacts)


def test_a_function_lies_as_sam_wants_it(app: Room, tmp_path: Path) -> None:
    """Runtime and architecture are the template's: the only wheel is one for arm64."""
    status, said, files = recipe(app, "Api", tmp_path=tmp_path)

    assert status == 0, said
    assert set(files) == {
        "app.py",
        "tool/__init__.py",
        "tool/data.txt",
        *(name for name in files if ".dist-info/" in name),
    }


def test_a_layer_lies_below_python(app: Room, tmp_path: Path) -> None:
    status, said, files = recipe(app, "Deps", tmp_path=tmp_path)
    assert status == 0, said
    assert all(name.startswith("python/") for name in files)
    assert "python/tool/data.txt" in files


def test_a_layer_may_have_the_long_path(app: Room, tmp_path: Path) -> None:
    status, said, files = recipe(app, "Deps", "--layer-path", "site-packages", tmp_path=tmp_path)
    assert status == 0, said
    assert "python/lib/python3.13/site-packages/tool/data.txt" in files


def test_a_recipe_may_run_again(app: Room, tmp_path: Path) -> None:
    """`sam build --build-in-source` leaves the folder as it was."""
    first = recipe(app, "Api", tmp_path=tmp_path)
    app.write("api/more.py", "pass")
    status, said, files = recipe(app, "Api", tmp_path=tmp_path)

    assert status == 0, said
    assert set(files) - set(first[2]) == {"more.py"}


def test_requirements_beside_the_folder_are_found(app: Room, tmp_path: Path) -> None:
    """SAM's copy has only the function's own folder."""
    app.write("common/requirements.txt", "tool==1.0")
    app.write("api/requirements.txt", "-r ../common/requirements.txt")

    status, said, files = recipe(app, "Api", tmp_path=tmp_path)
    assert status == 0, said
    assert "tool/data.txt" in files


def test_other_requirements_may_be_named(app: Room, tmp_path: Path) -> None:
    """They count from where the recipe runs."""
    app.offer("other", "2.0")
    status, said, files = recipe(app, "Api", "other", tmp_path=tmp_path)

    assert status == 0, said
    assert "other.py" in files
    assert "tool/data.txt" not in files


def test_the_template_may_be_named_from_where_sam_was_called(app: Room, tmp_path: Path) -> None:
    (app.folder / "infra").mkdir()
    (app.folder / "template.yaml").rename(app.folder / "infra/app.yaml")
    status, said, _ = recipe(app, "Api", tmp_path=tmp_path)
    assert status == 2
    assert "error[input-not-found]: There is no template `template.yaml`" in said

    status, said, _ = recipe(app, "Api", "--template", "infra/app.yaml", tmp_path=tmp_path)
    assert "The folder `api` of `Api` does not exist" in said
    (app.folder / "api").rename(app.folder / "infra/api")
    status, said, files = recipe(app, "Api", "--template", "infra/app.yaml", tmp_path=tmp_path)
    assert status == 0, said
    assert "app.py" in files


def test_parallel_recipes_are_told_of_their_own_faults(app: Room, tmp_path: Path) -> None:
    status, said, files = recipe(app, "Apu", tmp_path=tmp_path)

    assert status == 2
    assert "error[unknown-resource]: `template.yaml` has no resource `Apu`" in said
    assert "hint: Did you mean `Api`?" in said
    assert files == {}


@pytest.mark.parametrize(
    "content", ["Resources: [", "- a list", "", "\x00", "a: &a [*a]\n? {}\n: 1", "Resources: !Ref [x, {"]
)
def test_a_template_that_cannot_be_read(app: Room, tmp_path: Path, content: str) -> None:
    app.write("template.yaml", content)
    status, said, files = recipe(app, "Api", tmp_path=tmp_path)

    assert status == 2, said
    assert "error[deployer-configuration]: The template" in said or "error[unknown-resource]" in said
    assert files == {}


def test_a_layer_without_requirements(app: Room, tmp_path: Path) -> None:
    (app.folder / "deps/requirements.txt").unlink()
    status, said, files = recipe(app, "Deps", tmp_path=tmp_path)

    assert status == 2
    assert "There are no requirements for the layer `Deps`" in said
    assert files == {}


def test_a_failure_leaves_the_last_artefacts(app: Room, tmp_path: Path) -> None:
    """And the folder is never half written."""
    before = recipe(app, "Api", tmp_path=tmp_path)[2]
    app.write("api/requirements.txt", "tool==9")
    status, said, files = recipe(app, "Api", tmp_path=tmp_path)

    assert status == 1, said
    assert files == before


def test_outside_of_sam_there_is_nowhere_to_write(app: Room) -> None:
    done = app.lbuild("sam", "Api")
    assert done.status == 2
    assert "`ARTIFACTS_DIR` is not set" in done.stderr

    done = app.lbuild("sam", "Api", "--artifacts", "out", "--bytecode", "none")
    assert done.status == 0, done.stderr
    assert "app.py" in tree(app.folder / "out")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such file names")
def test_names_that_are_no_names(app: Room, tmp_path: Path) -> None:
    """What cannot be a path is told as what does not exist."""
    app.write(
        "template.yaml",
        "Resources: {Api: {Type: AWS::Serverless::Function, Properties: "
        '{Runtime: python3.13, CodeUri: "a\\0b"}}}',
    )
    status, said, _ = recipe(app, "Api", tmp_path=tmp_path)

    assert status == 2, said
    assert "Traceback" not in said
