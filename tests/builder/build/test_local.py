"""Local folders and git repositories: built in copies, and again exactly when what they hold has changed."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from builder.build import git_state
from builder.build.git import Repository
from builder.build.tree import SourceTree
from builder.errors import InputNotFoundError, InvalidRequirementError, SdistBuildError
from factories.projects import HONEST, MakeBuilder, project_files, write_project
from manylinux.errors import EnvironmentFault

COUNTED = "open({marker!r}, 'a').write('x')\n" + HONEST
DESCRIBED = (
    "import subprocess\n"
    "tag = subprocess.run(['git', 'describe', '--tags', '--dirty'], capture_output=True).stdout\n"
    "return wheel(wheel_directory, files={'version.txt': tag})"
)


def git(folder: Path, *arguments: str) -> str:
    """What git answers in `folder`, with nothing of this machine's configuration."""
    identity = {
        f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", **identity}
    command = ("git", "-c", "protocol.file.allow=always", "-C", str(folder), *arguments)
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environ).stdout.strip()


def commit(folder: Path, tag: str | None = None) -> str:
    """Everything in `folder` is committed; the commit's id."""
    if not (folder / ".git").exists():
        git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "change")
    if tag:
        git(folder, "tag", "-a", tag, "-m", tag)
    return git(folder, "rev-parse", "HEAD")


def git_url(folder: Path, revision: str = "") -> str:
    return f"git+{folder.as_uri()}{revision and '@'}{revision}"


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment in which git knows nothing of its user."""
    (tmp_path / "home").mkdir()
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"), "GIT_CONFIG_NOSYSTEM": "1"}


# -- folders ------------------------------------------------------------------------------------------


def test_a_folder_is_built_in_a_copy(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """The build writes beside the sources, and the sources stay as they were."""
    body = f"open('litter', 'w').write('x')\n{HONEST}"
    project = write_project(tmp_path / "project", "demo", "1.0", body)
    built = make_builder().from_directory(project)

    assert built.filename == "demo-1.0-py3-none-any.whl"
    assert {path.name for path in project.iterdir()} == set(project_files("demo", "1.0"))


EDITS = {
    "a module is edited": lambda project: (project / "module.py").write_text("answer = 43\n"),
    "a module is added": lambda project: (project / "other.py").write_text(""),
    "a module is renamed": lambda project: (project / "module.py").rename(project / "module2.py"),
    "a file becomes executable": lambda project: (project / "module.py").chmod(0o755),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_changes_the_digest(edit: str, tmp_path: Path) -> None:
    """Paths, contents and executable bits decide."""
    project = write_project(tmp_path / "project", "demo", "1.0")
    before = SourceTree.of(project).digest()
    EDITS[edit](project)

    assert SourceTree.of(project).digest() != before


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_no_text_is_digested(tmp_path: Path) -> None:
    """Of files of the project, and of its branches."""
    folder = tmp_path / "\udcff"
    project = write_project(folder, "demo", "1.0")
    (project / "\udcfe.txt").write_text("")
    tree = SourceTree.of(project)
    tree.copy_to(tmp_path / "copy")
    references = project / ".git" / "refs" / "heads"
    references.mkdir(parents=True)
    (references / "\udcfd").write_text("0" * 40)
    (project / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    git_state.imitate(project, tmp_path / "copy")

    assert "\udcfe.txt" in tree.files
    assert len(tree.digest()) == len(git_state.state_digest(project)) == 64
    alternates = tmp_path / "copy" / ".git" / "objects" / "info" / "alternates"
    assert alternates.read_bytes() == bytes(project / ".git" / "objects") + b"\n"


def test_what_others_left_behind_is_no_source(tmp_path: Path) -> None:
    """Build artefacts, caches and environments are neither digested nor copied; what only looks so is."""
    project = write_project(tmp_path / "project", "demo", "1.0")
    before = SourceTree.of(project)
    litter = (
        ".git/config", "__pycache__/a.pyc", "pkg/__pycache__/a.pyc", "build/lib/gone.py",
        "build/bdist.linux-x86_64/x", "dist/demo-1.0.tar.gz", "demo.egg-info/SOURCES.txt",
        "src/demo.egg-info/PKG-INFO", "env/pyvenv.cfg", "env/lib/x.py", ".tox/x", "bundle.zip",
    )  # fmt: skip
    sources = ("build/__init__.py", "build/library.py", "dist/notes.txt", "tests/data/x.egg-info/PKG-INFO")
    for path in (*litter, *sources):
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text("")
    after = SourceTree.of(project, leave_out=(project / "bundle.zip",))

    assert set(after.files) - set(before.files) == set(sources)


def test_odd_files_do_not_stop_the_listing(tmp_path: Path) -> None:
    """Loops, dangling links, sockets and pipes are passed over; a link to a file is that file."""
    project = write_project(tmp_path / "project", "demo", "1.0")
    (project / "loop").symlink_to(project)
    (project / "gone").symlink_to(project / "nowhere")
    (project / "also.py").symlink_to(project / "module.py")
    os.mkfifo(project / "pipe")
    tree = SourceTree.of(project)
    tree.copy_to(tmp_path / "copy")

    assert set(tree.files) == {*project_files("demo", "1.0"), "also.py"}
    assert not (tmp_path / "copy" / "also.py").is_symlink()


def test_a_folder_that_is_not_there(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """The error names it."""
    with pytest.raises(InputNotFoundError, match="nowhere"):
        make_builder().from_directory(tmp_path / "nowhere")


def test_a_folder_that_is_no_project(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """The error says what is missing."""
    with pytest.raises(SdistBuildError) as error:
        make_builder().from_directory(tmp_path)

    assert "neither `pyproject.toml` nor `setup.py`" in error.value.evidence[0]


def test_versions_from_tags_work_in_the_copy(
    make_builder: MakeBuilder, tmp_path: Path, home: dict[str, str]
) -> None:
    """A backend that asks git is told what it would be told in the folder; a new tag means a new build."""
    project = write_project(tmp_path / "project", "demo", "1.0", DESCRIBED)
    commit(project, "v1")
    builder = make_builder(environ=home)
    index = (project / ".git" / "index").read_bytes()
    first = builder.from_directory(project)
    git(project, "tag", "v2", "-a", "-m", "v2", "--force")
    git(project, "tag", "-d", "v1")
    second = builder.from_directory(project)

    assert zipfile.ZipFile(first.path).read("version.txt") == b"v1\n"
    assert zipfile.ZipFile(second.path).read("version.txt") == b"v2\n"
    assert (project / ".git" / "index").read_bytes() == index


# -- git ----------------------------------------------------------------------------------------------


def test_a_commit_is_built_once(
    make_builder: MakeBuilder, tmp_path: Path, home: dict[str, str], marker: Path
) -> None:
    """By branch, tag, no revision or id, the same commit is the same build; a new commit is another."""
    project = write_project(tmp_path / "project", "demo", "1.0", COUNTED.format(marker=str(marker)))
    first = commit(project, "v1")
    builder = make_builder(environ=home)
    built = [
        builder.from_vcs(git_url(project, revision)) for revision in ("", "main", "v1", first, first[:9])
    ]

    assert {each.commit for each in built} == {first}
    assert len({each.sha256 for each in built}) == 1
    assert marker.read_text() == "x"

    (project / "module.py").write_text("answer = 43\n")
    second = commit(project)

    assert builder.from_vcs(git_url(project, "main")).commit == second
    assert builder.from_vcs(git_url(project, "v1")).commit == first


def test_a_subdirectory_of_a_repository(
    make_builder: MakeBuilder, tmp_path: Path, home: dict[str, str]
) -> None:
    """Several projects may live in one repository."""
    for name in ("one", "two"):
        write_project(tmp_path / "project" / name, name, "1.0")
    commit(tmp_path / "project")
    url = git_url(tmp_path / "project")
    builder = make_builder(environ=home)

    assert builder.from_vcs(url, subdirectory="one").filename == "one-1.0-py3-none-any.whl"
    assert builder.from_vcs(url, subdirectory="two").filename == "two-1.0-py3-none-any.whl"


def test_submodules_come_along(make_builder: MakeBuilder, tmp_path: Path, home: dict[str, str]) -> None:
    """As with pip, a build sees the content of submodules."""
    body = "return wheel(wheel_directory, files={'inner.py': pathlib.Path('inner/module.py').read_bytes()})"
    inner = write_project(tmp_path / "inner", "inner", "1.0")
    commit(inner)
    project = write_project(tmp_path / "project", "demo", "1.0", body)
    git(project, "init", "-q", "-b", "main")
    git(project, "submodule", "--quiet", "add", inner.as_uri(), "inner")
    commit(project)
    # git refuses submodules at `file:` addresses by default; only this test's servers are files.
    (Path(home["HOME"]) / ".gitconfig").write_text('[protocol "file"]\n\tallow = always\n')
    built = make_builder(environ=home).from_vcs(git_url(project))

    assert zipfile.ZipFile(built.path).read("inner.py") == b"answer = 42\n"


def test_names_a_revision_that_is_not_there(
    make_builder: MakeBuilder, tmp_path: Path, home: dict[str, str]
) -> None:
    """The error names repository and revision."""
    project = write_project(tmp_path / "project", "demo", "1.0")
    commit(project)
    with pytest.raises(SdistBuildError, match="project") as error:
        make_builder(environ=home).from_vcs(git_url(project, "nowhere"))

    assert "no revision `nowhere`" in error.value.evidence[0]
    assert error.value.summary.startswith("Fetching")
    assert "revision" in (error.value.hint or "")


def test_quotes_git_when_there_is_no_repository(
    make_builder: MakeBuilder, tmp_path: Path, home: dict[str, str]
) -> None:
    """What git says is the evidence."""
    with pytest.raises(SdistBuildError) as error:
        make_builder(environ=home).from_vcs(git_url(tmp_path / "nowhere"))

    assert any("does not appear to be a git repository" in line for line in error.value.evidence)


def test_says_when_git_is_missing(make_builder: MakeBuilder, tmp_path: Path, home: dict[str, str]) -> None:
    """A machine without git is at fault, not the project."""
    with pytest.raises(EnvironmentFault, match="no program `git`"):
        make_builder(environ={**home, "PATH": str(tmp_path)}).from_vcs(git_url(tmp_path))


@pytest.mark.parametrize(
    "url",
    [
        "hg+https://example.org/x", "svn+https://example.org/x", "bzr+http://example.org/x", "https://example.org/x",
        "git+ftp://example.org/x", "git+ext::sh -c evil", "git+https://example.org", "git+https://example.org/x@",
        "git+file:///x@--upload-pack=evil", "git+-x:///x", "git+git@example.org:x", "git+", "", "git+https://[::1/x",
        "git+file:///x@%2D%2Dupload-pack=evil", "git+file:///x@a%00", "git+https://a%00b@example.org/x", "git+https://a:b%0Ahost=c@example.org/x",
    ],
)  # fmt: skip
def test_refuses_what_is_no_git_repository(url: str) -> None:
    """Other systems, other schemes and what git would take for an option are errors before git is run."""
    with pytest.raises(InvalidRequirementError):
        Repository.parse(url)


def test_credentials_stay_out_of_sight() -> None:
    """They are neither in the address, nor in what is printed, nor in git's arguments."""
    repository = Repository.parse("git+https://user:hu%40sh@example.org/x.git@v1")

    assert (repository.url, repository.revision) == ("https://example.org/x.git", "v1")
    assert "sh" not in repr(repository).replace("https", "")
    assert repository.secrets()["LBUILD_GIT_PASSWORD"] == "hu@sh"
    assert repository.secrets()["GIT_CONFIG_KEY_0"] == "credential.https://example.org.helper"
    assert Repository.parse("git+ssh://git@example.org/x.git").url == "ssh://git@example.org/x.git"


def test_git_is_given_the_credentials(tmp_path: Path, home: dict[str, str]) -> None:
    """The helper answers git's question for this host, and no other's."""
    secrets = Repository.parse("git+https://user:hu%40sh@example.org/x").secrets()
    environ = {**home, **secrets, "GIT_TERMINAL_PROMPT": "0"}

    def filled(host: str) -> str:
        question = f"protocol=https\nhost={host}\n\n"
        command = ("git", "credential", "fill")
        done = subprocess.run(
            command, input=question, capture_output=True, text=True, env=environ, check=False
        )
        return done.stdout

    assert "username=user\npassword=hu@sh\n" in filled("example.org")
    assert "hu@sh" not in filled("example.com")
