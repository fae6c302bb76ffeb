"""One line to a statement."""

import pytest

from builder.errors import InvalidRequirementError
from builder.inputs.options import Option, Statement, read_statement


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-i url", [("--index-url", "url")]),
        ("-i 'url'", [("--index-url", "url")]),
        ("-iurl", [("--index-url", "url")]),
        ("--index-url=url", [("--index-url", "url")]),
        ("--index-url url", [("--index-url", "url")]),
        ("--index-url='url'", [("--index-url", "url")]),
        ("--index-url  \t url", [("--index-url", "url")]),
        ("--pypi-url url", [("--index-url", "url")]),
        ("--extra-index-url a --extra-index-url b", [("--extra-index-url", "a"), ("--extra-index-url", "b")]),
        ("--extra-index url", [("--extra-index-url", "url")]),
        ("--find x", [("--find-links", "x")]),
        ("-f 'a b'", [("--find-links", "a b")]),
        ("-f a\\ b", [("--find-links", "a b")]),
        ("-r a.txt -c b.txt", [("--requirement", "a.txt"), ("--constraint", "b.txt")]),
        ("--requirement=a.txt", [("--requirement", "a.txt")]),
        ("--pre --prefer-binary", [("--pre", ""), ("--prefer-binary", "")]),
        ("--trusted-host=h1 --trusted-host h2:80", [("--trusted-host", "h1"), ("--trusted-host", "h2:80")]),
        ("--no-index", [("--no-index", "")]),
        ("--use-feature=fast-deps", [("--use-feature", "fast-deps")]),
        ("--only-binary=:all: --no-binary a,b", [("--only-binary", ":all:"), ("--no-binary", "a,b")]),
        ("--index-url=a=b", [("--index-url", "a=b")]),
        ("--all-releases :all:", [("--all-releases", ":all:")]),
    ],
)
def test_options_are_spelled_in_every_way_pip_takes(text: str, expected: list[tuple[str, str]]) -> None:
    """Long, short, attached, quoted, abbreviated, several to a line."""
    options = tuple(Option(name=name, value=value) for name, value in expected)

    assert read_statement(text) == Statement(requirement=None, options=options)


@pytest.mark.parametrize(
    ("text", "requirement", "editable", "names"),
    [
        ("numpy", "numpy", False, []),
        ("numpy >= 2", "numpy >= 2", False, []),
        ("a==1 ; x == 'y z'  --hash=sha256:00", "a==1 ; x == 'y z'", False, ["--hash"]),
        ("a --hash=x:1 --hash x:2", "a", False, ["--hash", "--hash"]),
        ("a -C k=v --config-settings='x=y z'", "a", False, ["--config-settings", "--config-settings"]),
        ("a --no-binary a", "a", False, ["--no-binary"]),
        ("a-b -C x=y", "a-b", False, ["--config-settings"]),
        ("a --config-settings --build-option=--x", "a", False, ["--config-settings"]),
        ("-e ./x", "./x", True, []),
        ("-e./x", "./x", True, []),
        ("--editable=./x", "./x", True, []),
        ("--editable ./x[d, dev] ; os_name == 'posix'", "./x[d, dev] ; os_name == 'posix'", True, []),
        ("-e 'my project'", "my project", True, []),
        ('-e "a @ git+https://h/r"', "a @ git+https://h/r", True, []),
        ("-e .\\x", ".\\x", True, []),
        ("-e ./x -C k=v", "./x", True, ["--config-settings"]),
        ("--config-settings k=v -e ./x", "./x", True, ["--config-settings"]),
    ],
)
def test_a_requirement_stands_before_its_options(
    text: str, requirement: str, editable: bool, names: list[str]
) -> None:
    """The requirement itself is not split into words: markers keep their quotes."""
    statement = read_statement(text)

    assert (statement.requirement, statement.editable) == (requirement, editable)
    assert [option.name for option in statement.options] == names


@pytest.mark.parametrize(
    ("text", "told", "hint"),
    [
        ("--bogus", "unknown option `--bogus`", None),
        ("--idnex-url x", "unknown option `--idnex-url`", "Did you mean `--index-url`?"),
        ("--requirements x", "unknown option `--requirements`", "Did you mean `--requirement`?"),
        ("-x", "unknown option `-x`", None),
        ("a --no-cache", "unknown option `--no-cache`", None),
        ("--no-bin", None, None),
        ("--no x", "`--no` may mean `--no-binary` or `--no-index` or `--no-require-hashes`", None),
        ("--p", "`--p` may mean `--pre` or `--prefer-binary` or `--pypi-url`", None),
        ("-r", "`-r` needs a value", None),
        ("--index-url=", "`--index-url` needs a value", None),
        ("--index-url --pre", "`--index-url` needs a value, and `--pre` follows", None),
        ("-e", "`-e` needs a value", None),
        ("-e --pre", "`-e` needs a value, and `--pre` follows", None),
        ("--pre=yes", "`--pre` takes no value, and `yes` is given", None),
        ("--'data", "its options cannot be parted into words: No closing quotation", None),
        ("-f x\\", "its options cannot be parted into words: No escaped character", None),
        (
            "--pre numpy",
            "`numpy` stands after options",
            "Write one requirement to a line, before its options",
        ),
        ("--pre -- numpy", "`--` stands after options", None),
        ("--pre -", "`-` stands after options", None),
        ("--hash=sha256:00", "`--hash` belongs to a requirement, and there is none on its line", None),
        ("-C a=b", "`--config-settings` belongs to a requirement, and there is none on its line", None),
        ("numpy --index-url x", "`--index-url` cannot stand beside a requirement", None),
        ("numpy --pre", "`--pre` cannot stand beside a requirement", None),
        ("numpy -r x", "`--requirement` cannot stand beside a requirement", None),
        ("numpy -e ./x", "two requirements on one line", None),
        ("-C a=b -e ./x -e ./y", "two requirements on one line", None),
        ("-e ./x -e ./y", "two requirements on one line", None),
        ("a --global-option=x", "`--global-option` is no longer an option", None),
        ("--process-dependency-links", "`--process-dependency-links` is no longer an option", None),
        ("--only-final a", "`--only-final` for single projects is not supported", None),
        ("--all-releases a", "`--all-releases` for single projects is not supported", None),
        (
            "-f '" + "x" * 70_000 + "'",
            "a line of 70005 characters with quotes in its options is too long",
            None,
        ),
    ],
)
def test_what_pip_would_not_take_or_would_drop_is_told(text: str, told: str | None, hint: str | None) -> None:
    """Nothing on a line is ignored in silence."""
    with pytest.raises(InvalidRequirementError) as caught:
        read_statement(text)

    assert told is None or caught.value.summary == told
    assert hint is None or caught.value.hint == hint
