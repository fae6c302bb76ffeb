"""What people read. The explanation is the product: one is written out whole."""

import json
from datetime import UTC, datetime
from pathlib import Path

from builder.testing import MemoryIndex
from builder.why import explanation_as_json
from builder.why.values import Cause
from factories.explanations import text, why
from factories.requests import ask_all
from factories.targets import make_target

RELEASE = make_target("python3.11").runtime.python_release
TAGS = len(make_target("python3.11").tags())


def index() -> MemoryIndex:
    index = MemoryIndex()
    day = datetime(2026, 3, 1, tzinfo=UTC)
    python = ">=3.10"
    for version, platform in (
        ("2.2.6", "manylinux_2_17"),
        ("2.3.0", "manylinux_2_28"),
        ("2.4.0", "manylinux_2_28"),
    ):
        for interpreter in ("cp311", "cp312", "cp313"):
            for machine in ("x86_64", "aarch64"):
                index.add(
                    f"numpy-{version}-{interpreter}-{interpreter}-{platform}_{machine}.whl",
                    requires_python=python,
                    upload_time=day,
                    size=16_000_000,
                )
        index.add(f"numpy-{version}-cp311-cp311-win_amd64.whl", requires_python=python)
        index.add(f"numpy-{version}.tar.gz", requires_python=python)
    index.add("numpy-2.4.1-cp311-cp311-manylinux_2_17_x86_64.whl", yanked="wrong results")
    index.add("numpy-2.5.0rc1-cp312-cp312-manylinux_2_28_x86_64.whl", requires_python=">=3.12")
    index.add("numpy-2.5.0-cp312-cp312-manylinux_2_28_x86_64.whl", requires_python=">=3.12")
    index.add("scipy-1.15.3-py3-none-any.whl", requires=['numpy>=1.23; python_version >= "3.10"'])
    return index


WHOLE = f"""\
numpy 2.2.6 for python3.11 on x86_64
  file    numpy-2.2.6-cp311-cp311-manylinux_2_17_x86_64.whl (15.3 MB)
  tag     cp311-cp311-manylinux_2_17_x86_64, place 10 of the {TAGS} tags that python3.11/x86_64 loads
  from    https://files.example/
  url     https://files.example/numpy-2.2.6-cp311-cp311-manylinux_2_17_x86_64.whl
  needs   Python >=3.10
  date    2026-03-01
  others  1 sdist: has to be compiled, and `--build never` is in force
          2 wheels: for other Pythons
          4 wheels: for other platforms

Asked for by
  requirements.txt:1: numpy
  requirements.txt:2: scipy -> scipy 1.15.3: numpy>=1.23; python_version >= "3.10"

Constrained by
  constraints.txt:1  numpy!=2.3.0

Newer versions, newest first
  2.5.0: it needs Python >=3.12, python3.11 has {RELEASE}
  2.5.0rc1: it is a pre-release, which only `--pre` or a requirement that names one admits
  2.4.1: it is yanked: wrong results
  2.4.0: python3.11 has glibc 2.26, its wheels need 2.28
    1 sdist: has to be compiled, and `--build never` is in force
    1 wheel: needs glibc 2.28, the runtime has 2.26
    2 wheels: for other Pythons
    4 wheels: for other platforms
  2.3.0: excluded by `numpy!=2.3.0` (constraints.txt:1)

Other runtimes (arm64 alike where not shown)
  python3.9/x86_64   none   No file of `numpy` can be used
  python3.10/x86_64  none   No file of `numpy` can be used
  python3.12/x86_64  2.5.0  numpy-2.5.0-cp312-cp312-manylinux_2_28_x86_64.whl
  python3.12/arm64   2.4.0  numpy-2.4.0-cp312-cp312-manylinux_2_28_aarch64.whl
  python3.13/x86_64  2.4.0  numpy-2.4.0-cp313-cp313-manylinux_2_28_x86_64.whl
  python3.14/x86_64  none   No file of `numpy` can be used
  python3.15/x86_64  none   No file of `numpy` can be used"""


def test_a_whole_explanation() -> None:
    """What was taken, who asked, what was not taken, what others would get."""
    explanation = why(
        index(), "numpy", "numpy", "scipy", constraints=ask_all("numpy!=2.3.0", source="constraints.txt")
    )

    assert text(explanation) == WHOLE


def test_everything_names_each_version_and_file() -> None:
    """Nothing is folded."""
    shown = text(why(index(), "numpy"), everything=True)

    assert "    numpy-2.4.0-cp311-cp311-win_amd64.whl: built for Windows" in shown
    assert "  2.3.0: python3.11 has glibc 2.26, its wheels need 2.28" in shown
    assert "numpy-2.2.6-cp312-cp312-manylinux_2_17_x86_64.whl: built for CPython 3.12" in shown
    assert "more" not in shown


def test_versions_with_one_reason_are_one_line() -> None:
    """Also where pre-releases stand between them."""
    index = MemoryIndex()
    index.add("demo-1.0-py3-none-any.whl")
    for minor in range(1, 9):
        index.add(f"demo-1.{minor}-py3-none-any.whl", requires_python=">=3.12")
        index.add(f"demo-1.{minor}rc1-py3-none-any.whl")
    shown = text(why(index, "demo"))

    assert f"  1.8 ... 1.1 (8 versions): it needs Python >=3.12, python3.11 has {RELEASE}" in shown
    assert "  1.8rc1 ... 1.1rc1 (8 versions): it is a pre-release" in shown


def test_uploads_of_several_days_are_one_line() -> None:
    """It names the newest's day, and says that it does."""
    index = MemoryIndex()
    index.add("demo-1.0-py3-none-any.whl", upload_time=datetime(2020, 1, 1, tzinfo=UTC))
    for day in (1, 2):
        index.add(f"demo-1.{day}-py3-none-any.whl", upload_time=datetime(2026, 5, day, tzinfo=UTC))
    shown = text(why(index, "demo", exclude_newer=datetime(2026, 1, 1, tzinfo=UTC)))

    assert "  1.2, 1.1: the newest was uploaded on 2026-05-02, not before 2026-01-01\n\n" in shown


def test_many_reasons_stay_a_screenful() -> None:
    """How many more there are is said."""
    index = MemoryIndex()
    index.add("demo-1.0-py3-none-any.whl")
    for minor in range(1, 100):
        index.add(f"demo-1.{minor}-py3-none-any.whl", yanked=f"reason {minor}")
    shown = text(why(index, "demo"))

    assert len(shown.splitlines()) < 45
    assert "  and 83 more versions (--all shows them)" in shown


def test_what_an_index_wrote_cannot_move_the_cursor() -> None:
    """Nor fill the screen; for programs it stays as it was."""
    index = MemoryIndex()
    index.add("demo-1.0-py3-none-any.whl")
    index.add("demo-2.0-py3-none-any.whl", yanked="\x1b[2Jgone\nfor good\r" + "x" * 1000)
    explanation = why(index, "demo")
    shown = text(explanation)

    assert "  2.0: it is yanked: ?[2Jgone for good xxx" in shown
    assert max(map(len, shown.splitlines())) < 200
    assert "\x1b" not in shown
    assert "\x1b[2Jgone\nfor good" in explanation_as_json(explanation)["newer"][0]["reason"]


def test_everything_is_printable_too() -> None:
    """Whole reasons, on one line each."""
    index = MemoryIndex()
    index.add("demo-1.0-py3-none-any.whl")
    index.add("demo-2.0-py3-none-any.whl", yanked="one\ntwo\x07")

    assert "it is yanked: one?two?" in text(why(index, "demo"), everything=True)


def test_the_newest_version_says_so() -> None:
    """An empty list would leave a doubt."""
    index = MemoryIndex()
    index.add("demo-1.0-py3-none-any.whl")

    assert "There is no newer version" in text(why(index, "demo"))


def test_files_that_come_after_the_one_taken_say_so() -> None:
    """A version often has several that load."""
    index = MemoryIndex()
    index.add("demo-1.0-cp311-cp311-manylinux_2_17_x86_64.whl")
    index.add("demo-1.0-py3-none-any.whl")
    index.add("demo-1.0.tar.gz")
    explanation = why(index, "demo")

    assert [fate.reason for fate in explanation.chosen.files] == [
        "was taken",
        "can be used, and comes after the one taken",
        "can be used, and comes after the one taken",
    ]
    assert "others  1 sdist: can be used, and comes after the one taken" in text(explanation)


def test_the_page_about_it_names_every_cause() -> None:
    """What programs may meet is written down."""
    page = (Path(__file__).parents[3] / "docs" / "why.md").read_text(encoding="utf-8")
    listed = page.partition("is one of\n\n")[2].partition("\n\n")[0]

    assert set(
        listed.replace("\n", " ").replace(" · ", " ").replace("`", "").replace("·", "").split()
    ) == set(Cause)


def test_json_holds_all_of_it() -> None:
    """Every version and file, unfolded, in plain JSON."""
    explanation = why(index(), "numpy", "scipy")
    form = json.loads(json.dumps(explanation_as_json(explanation)))

    assert form["schema"] == 1
    assert (form["project"], form["chosen"]["version"], form["chosen"]["rank"]) == ("numpy", "2.2.6", 9)
    assert form["asked_by"] == [
        [
            {"by": "requirements.txt:1", "requirement": "scipy", "marker": None},
            {"by": "scipy 1.15.3", "requirement": "numpy>=1.23", "marker": 'python_version >= "3.10"'},
        ]
    ]
    assert [(each["version"], each["cause"]) for each in form["newer"]] == [
        ("2.5.0", "requires-python"),
        ("2.5.0rc1", "pre-release"),
        ("2.4.1", "yanked"),
        ("2.4.0", "glibc"),
        ("2.3.0", "glibc"),
    ]
    assert len(form["newer"][3]["files"]) == 8
    assert form["elsewhere"][2] == {
        "runtime": "python3.10",
        "architecture": "x86_64",
        "version": None,
        "file": None,
        "reason": "No file of `numpy` can be used",
        "code": "no-compatible-artifact",
    }
