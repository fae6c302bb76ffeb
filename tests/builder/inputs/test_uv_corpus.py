"""The requirements files uv tests with, judged as pip reads them."""

import os
from pathlib import Path

import pytest

from builder.disk import MemoryDisk
from builder.inputs import read_inputs
from factories.inputs import CWD, ENVIRONMENT
from manylinux.errors import LbuildError, SeveralErrors

CORPORA = Path(os.environ.get("LBUILD_CORPORA", Path(__file__).parents[4] / "shared/corpora"))
FOLDER = CORPORA / "uv-requirements-txt/crates/uv-requirements-txt/test-data/requirements-txt"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the corpora are not on this machine")

PROJECTS = ("editable", "test/packages/black_editable", "test/packages/black editable")


def read_corpus(name: str) -> tuple[list[str], list[str]]:
    """What a corpus file asks for, and the places of its faults."""
    files = {CWD / path.name: path.read_bytes() for path in FOLDER.iterdir()}
    files |= {CWD / project / "setup.py": b"" for project in PROJECTS}
    files[Path("/test/packages/black_editable/setup.py").absolute()] = b""
    try:
        inputs = read_inputs(
            [name], cwd=CWD, environ={}, environment=ENVIRONMENT, disk=MemoryDisk(files=files)
        ).inputs
    except LbuildError as error:
        errors = error.errors if isinstance(error, SeveralErrors) else (error,)
        return [], [each.summary.partition(": ")[0] for each in errors]
    return [str(each.requirement or each.direct) for each in (*inputs.requests, *inputs.constraints)], []


@pytest.mark.parametrize(
    ("name", "count", "first"),
    [
        ("basic.txt", 6, "numpy==1.24.2"),
        ("constraints-a.txt", 3, "django-debug-toolbar<2.2"),
        ("empty.txt", 0, ""),
        ("for-poetry.txt", 4, "inflection==0.5.1"),
        ("include-a.txt", 2, "tomli"),
        ("poetry-with-hashes.txt", 5, 'werkzeug==2.2.3; python_version >= "3.8" and python_version < "4.0"'),
        ("small.txt", 2, "tqdm==4.65.0"),
        ("whitespace.txt", 2, "numpy"),
        ("bare-url.txt", 6, "file:///here/test/packages/black_editable/"),
        ("semicolon.txt", 1, "file:///here/editable/"),
    ],
)
def test_good_files_are_read(name: str, count: int, first: str) -> None:
    """Every requirement is found."""
    requests, faults = read_corpus(name)

    assert faults == []
    assert len(requests) == count
    assert requests[:1] == ([first] if count else [])


@pytest.mark.parametrize(
    ("name", "faults"),
    [
        ("hash.txt", ["hash.txt:2"]),  # no blank before the comment: it is part of the path
        ("editable.txt", ["editable.txt:17"]),  # a bracket without its pair
    ],
)
def test_bad_lines_are_told(name: str, faults: list[str]) -> None:
    """And only those."""
    assert read_corpus(name)[1] == faults
