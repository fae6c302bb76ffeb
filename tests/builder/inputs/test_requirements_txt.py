"""Whole files, with all they include."""

import contextlib
from collections.abc import Mapping

import pytest

from builder.disk import MemoryDisk
from builder.errors import InputNotFoundError, InvalidRequirementError
from builder.model import FormatControl
from factories.inputs import CWD, make_disk, read_text, read_words, written
from factories.patience import no_hang
from manylinux.errors import LbuildError, SeveralErrors, UsageError

SHA = "a" * 64
OTHER = "b" * 64


def faults(content: str | bytes, files: Mapping[str, str | bytes] | None = None) -> list[LbuildError]:
    """What is wrong with a file."""
    with pytest.raises(LbuildError) as caught:
        read_text(content, files)
    error = caught.value
    return list(error.errors) if isinstance(error, SeveralErrors) else [error]


def test_every_requirement_keeps_its_place() -> None:
    """File and line of the first physical line."""
    inputs = read_text("# deps\nnumpy\nscipy \\\n  <2\n\n./pkg\n")

    assert written(inputs.requests) == [
        "requirements.txt:2 numpy",
        "requirements.txt:3 scipy<2",
        "requirements.txt:6 file:///here/pkg/",
    ]
    assert inputs.files == (CWD / "requirements.txt",)


@pytest.mark.parametrize("content", ["", "\n\n", "# nothing\n", b"\xef\xbb\xbf"])
def test_an_empty_file_asks_for_nothing(content: str | bytes) -> None:
    """No requests, no error."""
    assert read_text(content).requests == ()


def test_options_of_a_requirement_are_its_own() -> None:
    """Hashes and settings stay with the line; a repeated setting keeps all its values."""
    inputs = read_text(
        f"a==1 --hash=sha256:{SHA} --hash sha256:{OTHER.upper()} -C x=1 -C y=p=q -C x=2\n"
        f"b==1 \\\n    --hash=sha384:{'c' * 96}\n"
    )
    first, second = inputs.requests

    assert first.hashes == {f"sha256:{SHA}", f"sha256:{OTHER}"}
    assert first.config_settings == {"x": ("1", "2"), "y": "p=q"}
    assert second.hashes == {f"sha384:{'c' * 96}"}
    assert second.config_settings == {}


@pytest.mark.parametrize(
    ("content", "field", "expected"),
    [
        ("-i https://a/simple", "index_url", "https://a/simple"),
        ("-i https://a/\n-i https://b/", "index_url", "https://b/"),
        ("-i wheels", "index_url", "file:///here/wheels/"),
        (
            "--extra-index-url https://a/ \\\n--extra-index-url https://b/",
            "extra_index_urls",
            ("https://a/", "https://b/"),
        ),
        ("--extra-index-url https://a/\n-i https://b/", "extra_index_urls", ("https://a/",)),
        ("--no-index\n-i https://a/", "index_url", None),
        ("-i https://a/\n--extra-index-url https://b/\n--no-index", "extra_index_urls", ()),
        ("--no-index", "no_index", True),
        ("-f wheels\n-f https://a/links", "find_links", ("file:///here/wheels/", "https://a/links")),
        ("-f wheels\n-f ./wheels", "find_links", ("file:///here/wheels/",)),
        ("-f file:///here/wheels", "find_links", ("file:///here/wheels/",)),
        ("-r sub/r.txt", "find_links", ("file:///here/sub/links/", "file:///here/wheels/")),
        ("--trusted-host h --trusted-host h2:80", "trusted_hosts", ("h", "h2:80")),
    ],
)
def test_index_options_add_up(content: str, field: str, expected: object) -> None:
    """`--find-links` counts from its file if it exists there, else from the working directory."""
    index = read_text(content, {"sub/r.txt": "-f links\n-f wheels"}).index

    assert getattr(index, field) == expected


@pytest.mark.parametrize(
    ("content", "no_binary", "only_binary"),
    [
        ("--no-binary a --only-binary b", {"a"}, {"b"}),
        ("--no-binary A_b,c", {"a-b", "c"}, set()),
        ("--no-binary a\n--only-binary a", set(), {"a"}),
        ("--no-binary :all:", {":all:"}, set()),
        ("--only-binary a\n--no-binary :all:", {":all:"}, set()),
        ("--no-binary :all:\n--only-binary a", {":all:"}, {"a"}),
        ("--no-binary :all:\n--only-binary :all:", set(), {":all:"}),
        ("--no-binary a,:none:", set(), set()),
        ("--no-binary a,:none:,b", {"b"}, set()),
        ("--no-binary :all:,a", {":all:"}, set()),
        ("--no-binary :all:,:none:,a", {"a"}, set()),
        ("--no-binary a,:all:,b,:none:,c", {"c"}, set()),
        ("--no-binary ,a,,", {"a"}, set()),
        ("a --no-binary a", {"a"}, set()),
    ],
)
def test_formats_add_up_as_in_pip(content: str, no_binary: set[str], only_binary: set[str]) -> None:
    """A name is in one set at a time; `:all:` empties both, `:none:` its own."""
    expected = FormatControl(no_binary=frozenset(no_binary), only_binary=frozenset(only_binary))

    assert read_text(content).format_control == expected


def test_switches_switch() -> None:
    """`--pre`, its newer spelling, `--prefer-binary`; what only speaks to pip changes nothing."""
    plain = read_text("--use-feature fast-deps")

    assert read_text("--pre").allow_prereleases
    assert read_text("--all-releases :all:").allow_prereleases
    assert read_text("--prefer-binary") == plain
    assert plain == read_text("")


def test_included_files_count_from_the_file_that_names_them() -> None:
    """`-r` and `-c` are relative to their file, paths of requirements to the working directory."""
    inputs = read_text(
        "a\n-r sub/one.txt\n-c sub/limits.txt\nz",
        {
            "sub/one.txt": "b\n-r deep/two.txt\n./pkg",
            "sub/deep/two.txt": "-r ../../three.in\n-c file:///here/sub/limits.txt",
            "three.in": "c",
            "sub/limits.txt": "b<3\n-r more.txt",
            "sub/more.txt": "d",
        },
    )

    assert written(inputs.requests) == [
        "requirements.txt:1 a",
        "sub/one.txt:1 b",
        "three.in:1 c",
        "sub/more.txt:1 d",
        "sub/one.txt:3 file:///here/pkg/",
        "requirements.txt:4 z",
    ]
    assert written(inputs.constraints) == ["sub/limits.txt:1 b<3"]
    assert [path.name for path in inputs.files] == [
        "requirements.txt",
        "one.txt",
        "two.txt",
        "three.in",
        "limits.txt",
        "more.txt",
    ]


def test_a_file_included_twice_is_read_once() -> None:
    """A fan of includes that doubles at each step stays linear."""
    files = {f"{n}.txt": f"-r {n + 1}.txt\n-r {n + 1}.txt" for n in range(60)}
    inputs = read_text("-r 0.txt", {**files, "60.txt": "a"})

    assert written(inputs.requests) == ["60.txt:1 a"]


def test_a_file_may_be_both_requirements_and_constraints() -> None:
    """The two roles are read apart."""
    inputs = read_text("-r a.txt\n-c a.txt", {"a.txt": "x<2"})

    assert written(inputs.requests) == written(inputs.constraints) == ["a.txt:1 x<2"]


@pytest.mark.parametrize(
    ("files", "where", "circle"),
    [
        ({}, "requirements.txt:1", "requirements.txt -> requirements.txt"),
        ({"a.txt": "-r requirements.txt"}, "a.txt:1", "requirements.txt -> a.txt -> requirements.txt"),
        ({"a.txt": "x\n-c b.txt", "b.txt": "-r a.txt"}, "b.txt:1", "a.txt -> b.txt -> a.txt"),
        ({"a.txt": "-r sub/b.txt", "sub/b.txt": "-r ../a.txt"}, "sub/b.txt:1", "a.txt -> b.txt -> a.txt"),
    ],
)
def test_files_that_include_each_other_are_told_as_a_chain(
    files: dict[str, str], where: str, circle: str
) -> None:
    """The error stands where the circle closes."""
    (error,) = faults("-r a.txt" if files else "-r requirements.txt", files)

    assert error.summary == f"{where}: the file includes itself"
    assert circle in error.evidence


def test_endless_nesting_ends() -> None:
    """A chain of different files has a limit."""
    (error,) = faults("-r 0.txt", {f"{n}.txt": f"-r {n + 1}.txt" for n in range(150)})

    assert error.summary.endswith("files include one another more than 100 deep")


@pytest.mark.parametrize(
    ("content", "kind", "summary"),
    [
        ("-r nope.txt", InputNotFoundError, "requirements.txt:1: `nope.txt` does not exist"),
        ("\n-c sub/nope.txt", InputNotFoundError, "requirements.txt:2: `sub/nope.txt` does not exist"),
        ("-r sub", UsageError, "requirements.txt:1: `sub` is a folder, and a file is needed"),
        (
            "-r https://u:p@h/r.txt",
            InvalidRequirementError,
            "requirements.txt:1: `https://****@h/r.txt` is not a local file",
        ),
        ("./nope", InputNotFoundError, "requirements.txt:1: `./nope` does not exist"),
        ("-f nowhere", InputNotFoundError, "requirements.txt:1: `nowhere` does not exist"),
        ("-i nowhere", InputNotFoundError, "requirements.txt:1: `nowhere` does not exist"),
        ("-i ftp://h/", InvalidRequirementError, "requirements.txt:1: `ftp://h/` is no place for packages"),
        ("-i https://", InvalidRequirementError, "requirements.txt:1: `https://` names no host"),
        ("--trusted-host https://h", InvalidRequirementError, "requirements.txt:1: `https://h` is no host"),
        ("--trusted-host :80", InvalidRequirementError, "requirements.txt:1: `:80` is no host"),
        ("a -C x", InvalidRequirementError, "requirements.txt:1: `x` is no setting"),
        ("a -C =x", InvalidRequirementError, "requirements.txt:1: `=x` is no setting"),
        ("a --hash=abc", InvalidRequirementError, "requirements.txt:1: `abc` is no hash"),
        (
            "a --hash=md5:abc",
            InvalidRequirementError,
            "requirements.txt:1: hashes of kind `md5` prove nothing",
        ),
        ("a --hash=sha256:xyz", InvalidRequirementError, "requirements.txt:1: `xyz` is no sha256 digest"),
        ("-c c.txt", InvalidRequirementError, "c.txt:1: a constraint needs a project name"),
        ("-c d.txt", InvalidRequirementError, "d.txt:1: a constraint cannot be editable"),
        ("-c e.txt", InvalidRequirementError, "e.txt:1: a constraint cannot have extras"),
        (b"a\n\xff", InvalidRequirementError, "requirements.txt: it is not utf-8 at byte 2 (line 2)"),
    ],
)
def test_a_fault_is_told_with_its_line(content: str | bytes, kind: type[LbuildError], summary: str) -> None:
    """`file:line: what is wrong`, of the right kind."""
    files = {"c.txt": "./pkg", "d.txt": "-e ./pkg", "e.txt": "a[x]"}
    (error,) = faults(content, files)

    assert type(error) is kind
    assert error.summary == summary


@pytest.mark.parametrize(("name", "told"), [("nope.txt", False), ("nowhere/nope.txt", True)])
def test_a_missing_folder_is_told(name: str, told: bool) -> None:
    """Where the file was looked for, and whether its folder is missing too."""
    (error,) = faults(f"-r {name}")

    assert f"looked for {CWD / name}" in error.evidence
    assert ("its folder does not exist either" in error.evidence) is told


def test_all_faults_are_told_together() -> None:
    """One pass over all files finds every fault, in reading order."""
    errors = faults("a=1\n-r sub/b.txt\n--bogus\nok", {"sub/b.txt": "fine\nx y\n-r none.txt"})

    assert [error.summary.partition(": ")[0] for error in errors] == [
        "requirements.txt:1",
        "sub/b.txt:2",
        "sub/b.txt:3",
        "requirements.txt:3",
    ]


def test_reading_ends_after_a_hundred_faults() -> None:
    """A binary file does not fill the screen."""
    errors = faults("\n".join(["é"] * 1000))

    assert len(errors) == 101
    assert errors[-1].summary == "requirements.txt:100: reading ends here, after 100 faults"


def test_a_path_that_exists_beside_its_file_says_from_where_paths_count() -> None:
    """The usual mistake with nested files has its hint."""
    (error,) = faults("-r sub/r.txt", {"sub/r.txt": "./inner"})

    assert error.hint is not None
    assert "working directory" in error.hint


def test_a_file_that_cannot_be_read_is_told() -> None:
    """The reason of the disk is passed on."""

    class Locked(MemoryDisk):
        def read(self, path: object) -> bytes:
            raise PermissionError(13, "Permission denied")

    with pytest.raises(UsageError) as caught:
        read_words("requirements.txt", disk=Locked(files=make_disk({"requirements.txt": ""}).files))

    assert caught.value.summary == "`requirements.txt` cannot be read"
    assert caught.value.evidence == ("Permission denied",)


def test_values_of_variables_are_never_told() -> None:
    """An error names the variable, not what it holds."""
    with pytest.raises(LbuildError) as caught:
        read_text("a==${SECRET}!\nhttps://h/${SECRET}.whl", environ={"SECRET": "hunter2"})

    told = [text for error in caught.value.errors for text in (error.summary, *error.evidence)]  # type: ignore[attr-defined]  # SeveralErrors
    assert len(caught.value.errors) == 2  # type: ignore[attr-defined]  # SeveralErrors
    assert not any("hunter2" in text for text in told)


def test_control_characters_are_never_told_raw() -> None:
    """A file cannot move the cursor of the terminal."""
    (error,) = faults("\x1b[2Jx y")

    assert "\x1b" not in error.summary + "".join(error.evidence)


@pytest.mark.parametrize(
    "content",
    [
        "a" * 10**6,
        "a" + " " * 10**6 + "b",
        "a==1 " + f"--hash=sha256:{SHA} " * 15_000,
        "./" + "a/" * 500_000,
        "./a" + " " * 10**6 + "]",
        "a" + "[" * 10**6 + "]",
        "a @ " + "https://" * 125_000,
        "a" + ";" * 10**6,
        "https://h/" + "; " * 500_000,
        "-i '" + "a" * 10**6,
        "--no-binary " + "a," * 300_000,
        "\n" * 10**6,
    ],
)
def test_time_is_linear_for_hostile_lines(content: str) -> None:
    """A megabyte in one line takes well under the minutes that a quadratic step would take."""
    with (
        no_hang(),
        contextlib.suppress(LbuildError),
    ):  # most are no requirements, which is not the question here
        read_text(content)
