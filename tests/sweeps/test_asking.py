"""One question's end is not that of the others, and all of a folder's modules are asked for."""

import sys
from pathlib import Path

import pytest

from sweeps.asking import Answer, Asker, Question, differing, modules_of

FILES = {
    "good.py": "",
    "pkg/__init__.py": "",
    "space/inner.py": "",
    "crash.py": "import os\nos.abort()\n",
    "leave.py": "import sys\nsys.exit(3)\n",
    "needs.py": "import nowhere\n",
    "slow.py": "import time\ntime.sleep(60)\n",
}


@pytest.fixture
def asker(tmp_path: Path) -> Asker:
    """By the Python that runs the tests."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return Asker(python=Path(sys.executable), scratch=scratch, seconds=1)


def write(folder: Path, files: dict[str, str]) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    return folder


def test_what_ends_a_process_is_that_questions_answer_alone(asker: Asker, tmp_path: Path) -> None:
    """A crash, an exit and a sleeper among modules that import."""
    folder = write(tmp_path / "bundle", FILES)
    questions = [Question("import", name) for name in modules_of(FILES)]
    answers = {question.subject: answer for question, answer in asker.ask(folder, questions).items()}

    assert answers["good"] == Answer(True, "module")
    assert answers["pkg"] == Answer(True, "package")
    assert answers["space"] == Answer(True, "namespace")
    assert answers["space.inner"] == Answer(True, "module")
    assert answers["needs"] == Answer(False, "ModuleNotFoundError: No module named 'nowhere'")
    assert answers["leave"] == Answer(False, "SystemExit: 3")
    assert answers["crash"] == Answer(False, "the process ended with status -6")
    assert answers["slow"] == Answer(False, "the process ended with status -14")


def test_a_lost_module_and_a_changed_kind_are_differences(asker: Asker, tmp_path: Path) -> None:
    """Each folder is asked in the same place, and comes back to its own."""
    whole = write(
        tmp_path / "whole", {"a.py": "import b", "b.py": "", "n/__init__.py": "", "n/m.py": "", "x.py": "1/0"}
    )
    slim = write(tmp_path / "slim", {"a.py": "import b", "n/m.py": "", "x.py": "1/0"})
    questions = [Question("import", name) for name in ("a", "b", "n", "n.m", "x")]
    before, after = asker.ask(whole, questions), asker.ask(slim, questions)

    assert [question.subject for question in differing(before, after)] == ["a", "b", "n"]
    assert (before[questions[2]].said, after[questions[2]].said) == ("package", "namespace")


def test_metadata_entry_points_and_resources_are_asked(asker: Asker, tmp_path: Path) -> None:
    """As a program would ask for them."""
    info = "pkg-1.dist-info"
    folder = write(
        tmp_path / "bundle",
        {
            "pkg/__init__.py": "def main(): pass",
            "pkg/data/x.txt": "",
            f"{info}/METADATA": "Metadata-Version: 2.1\nName: pkg\nVersion: 1\nRequires-Dist: six\n",
            f"{info}/RECORD": "pkg/__init__.py,,\npkg/gone.py,,\n",
            f"{info}/entry_points.txt": "[console_scripts]\npkg = pkg:main\n",
        },
    )
    questions = [
        Question("metadata", ""),
        Question("packages", ""),
        Question("entry", "pkg:main"),
        Question("entry", "pkg:other"),
        Question("resources", "pkg"),
    ]
    metadata, packages, there, missing, resources = asker.ask(folder, questions).values()

    assert metadata.said["pkg"]["missing"] == ["pkg/gone.py"]
    assert metadata.said["pkg"]["requires"] == ["six"]
    assert metadata.said["pkg"]["entry_points"] == [["console_scripts", "pkg", "pkg:main"]]
    assert packages.said == {"pkg": ["pkg"]}
    assert there.ok
    assert not missing.ok
    assert resources.said == ["__init__.py", "data/x.txt"]


def test_modules_are_what_an_import_finds() -> None:
    """Namespaces above modules too; neither metadata nor versioned libraries."""
    paths = [
        "a/__init__.py",
        "a/_c.cpython-313-x86_64-linux-gnu.so",
        "a/d.abi3.so",
        "a/data/x.json",
        "a-1.dist-info/x.py",
        "a.libs/libz-1.so",
        "n/m/o.py",
        "libz.so.1",
    ]

    assert modules_of(paths) == {
        "a": "a/__init__.py",
        "a._c": "a/_c.cpython-313-x86_64-linux-gnu.so",
        "a.d": "a/d.abi3.so",
        "n": "",
        "n.m": "",
        "n.m.o": "n/m/o.py",
    }
