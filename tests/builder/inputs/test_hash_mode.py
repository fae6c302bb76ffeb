"""What `--require-hashes` demands."""

import pytest

from builder.errors import MissingHashError
from factories.inputs import read_text

HASH = "--hash=sha256:" + "a" * 64
FRAGMENT = "#sha256=" + "a" * 64
WINDOWS = {"os_name": "nt", "python_version": "3.13"}
LINUX = {"os_name": "posix", "python_version": "3.13"}


@pytest.mark.parametrize(
    ("content", "on"),
    [
        ("a", False),
        ("--require-hashes", True),
        (f"a==1 {HASH}", True),
        (f"a==1 {HASH}\n--no-require-hashes", False),
        (f"--no-require-hashes\na {HASH}\nb", False),
        (f"a==1 {HASH}\n--no-require-hashes\n--require-hashes", True),
        (f"-c c.txt\na {HASH}", True),
        (f"https://h/a.zip{FRAGMENT}\nb", False),
    ],
)
def test_one_hash_option_turns_hash_mode_on(content: str, on: bool) -> None:
    """A hash in a URL does not; `--no-require-hashes` forbids it to happen by itself."""
    assert read_text(content, {"c.txt": "a==1"}).require_hashes is on


@pytest.mark.parametrize(
    "content",
    [
        f"a==1 {HASH}\nb===2 {HASH}",
        f"https://h/a.zip{FRAGMENT}",
        f"https://h/a.zip {HASH}",
        f"a @ https://h/a.zip{FRAGMENT}",
        f"./demo-1.0-py3-none-any.whl {HASH}",
        f"a\n-c c.txt\nb==1 {HASH}",
        f"a==1 {HASH}\nb ; os_name == 'nt'",
    ],
)
def test_hashed_and_pinned_requirements_pass(content: str) -> None:
    """A constraint may give version and hash; what the target excludes needs neither."""
    inputs = read_text(f"--require-hashes\n{content}", {"c.txt": f"A==1 {HASH}"}, environment=LINUX)

    assert inputs.require_hashes


@pytest.mark.parametrize(
    ("line", "lack"),
    [
        ("a", "`a` is not pinned with `==` and has no hash"),
        ("a==1", "`a` has no hash"),
        (f"a>=1 {HASH}", "`a` is not pinned with `==`"),
        (f"a==1.* {HASH}", "`a` is not pinned with `==`"),
        ("a ; os_name == 'nt'", "`a` is not pinned with `==` and has no hash"),
        ("https://u:p@h/a.zip", "`https://****@h/a.zip` has no hash"),
        ("a @ https://h/a.zip", "`a` has no hash"),
        ("git+https://h/r", "`git+https://h/r` is a folder or a repository, which has no hash"),
        (f"a @ git+https://h/r {HASH}", "`a` is a folder or a repository, which has no hash"),
        ("./pkg", "`file:///here/pkg/` is a folder or a repository, which has no hash"),
        ("-e ./pkg", "`file:///here/pkg/` is a folder or a repository, which has no hash"),
    ],
)
def test_what_a_requirement_lacks_is_told(line: str, lack: str) -> None:
    """With its file and line."""
    with pytest.raises(MissingHashError) as caught:
        read_text(f"--require-hashes\n{line}", environment=WINDOWS)

    assert caught.value.evidence == (f"requirements.txt:2: {lack}",)


def test_all_that_lack_a_hash_are_told_together() -> None:
    """One error lists every line."""
    with pytest.raises(MissingHashError) as caught:
        read_text(f"a==1 {HASH}\nb==1\nc\n")

    assert [line.partition(": ")[0] for line in caught.value.evidence] == [
        "requirements.txt:2",
        "requirements.txt:3",
    ]
