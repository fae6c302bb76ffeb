"""One requirement's text to a Request."""

import pytest

from builder.disk import MemoryDisk
from builder.errors import InputNotFoundError, InvalidRequirementError
from builder.inputs.requirement import Given, Place, read_request
from builder.model import Origin, Request
from factories.inputs import CWD, make_disk
from manylinux.errors import UsageError

ORIGIN = Origin(source="requirements.txt", line=1)
SHA = "a" * 64


@pytest.fixture
def place() -> Place:
    return Place(cwd=CWD, disk=make_disk())


def request_of(text: str, place: Place, *, editable: bool = False) -> Request:
    return read_request(text, Given(origin=ORIGIN, editable=editable), place)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("numpy", "numpy"),
        ("SomeProject >= 2", "SomeProject>=2"),
        ("a.b-c_d[x,Y_z]~=1.0,!=1.3", "a.b-c_d[Y_z,x]!=1.3,~=1.0"),
        ("a===1.0+local", "a===1.0+local"),
        ("a (>=1,<2)", "a<2,>=1"),
        (
            "a==1.*; python_version < '3.9' or os_name == 'nt'",
            'a==1.*; python_version < "3.9" or os_name == "nt"',
        ),
        ("a; platform_release == 'x/y'", 'a; platform_release == "x/y"'),
        ("a>=1,", "a>=1"),
        ("a>=1 ;", "a>=1"),
        ("zope.interface", "zope.interface"),
        ("discord.py", "discord.py"),
    ],
)
def test_a_name_is_what_pep_508_says(text: str, written: str, place: Place) -> None:
    """packaging decides; nothing of it is wrapped."""
    request = request_of(text, place)

    assert str(request.requirement) == written
    assert request.direct is None


@pytest.mark.parametrize(
    ("text", "name", "direct", "marker"),
    [
        ("x @ https://h/x-1.whl", "x", "https://h/x-1.whl", None),
        ("x@https://h/x.zip", "x", "https://h/x.zip", None),
        ("x[a] @ https://h/x.zip ; os_name == 'nt'", "x", "https://h/x.zip", 'os_name == "nt"'),
        ("x @ https://h/x.zip; os_name == 'nt'", "x", "https://h/x.zip", 'os_name == "nt"'),
        ("x @ https://u:p@h:8443/x.zip", "x", "https://u:p@h:8443/x.zip", None),
        ("x @ git+https://h/r.git@v1.0#subdirectory=s", "x", "git+https://h/r.git@v1.0", None),
        ("x  [a]  @  git+https://h/r.git", "x", "git+https://h/r.git", None),
        ("x @ file:///here/dist/demo-1.0.tar.gz", "x", "file:///here/dist/demo-1.0.tar.gz", None),
        ("x @ file:pkg", "x", "file:///here/pkg/", None),
        ("x @ file:./sub/../pkg/", "x", "file:///here/pkg/", None),
        ("x @ file://localhost/here/pkg", "x", "file:///here/pkg/", None),
        (
            "https://h/some_wheel-1.0-py3-none-any.whl",
            "some-wheel",
            "https://h/some_wheel-1.0-py3-none-any.whl",
            None,
        ),
        ("https://h/x-1-py3-none-any.whl#sha256=" + SHA, "x", "https://h/x-1-py3-none-any.whl", None),
        ("https://h/x.zip#egg=wat", "wat", "https://h/x.zip", None),
        ("git+https://h/r@main#egg=x&subdirectory=a/b", "x", "git+https://h/r@main", None),
        (
            "git+ssh://git@h/o/r.git#egg=x ; os_name == 'nt'",
            "x",
            "git+ssh://git@h/o/r.git",
            'os_name == "nt"',
        ),
        ("git+file:///srv/r#egg=x", "x", "git+file:///srv/r", None),
        ("hg+http://h/r#egg=x", "x", "hg+http://h/r", None),
        ("svn+ssh://h/r#egg=x", "x", "svn+ssh://h/r", None),
        ("bzr+lp:project#egg=x", None, None, None),
        ("./demo-1.0-py3-none-any.whl", "demo", "file:///here/demo-1.0-py3-none-any.whl", None),
        ("demo-1.0-py3-none-any.whl[a]", "demo", "file:///here/demo-1.0-py3-none-any.whl", None),
        (
            "./demo-1.0-py3-none-any.whl;os_name=='nt'",
            "demo",
            "file:///here/demo-1.0-py3-none-any.whl",
            'os_name == "nt"',
        ),
    ],
)
def test_a_named_direct_reference_keeps_its_name(
    text: str, name: str | None, direct: str, marker: str | None, place: Place
) -> None:
    """The name stands before `@`, in `#egg=`, or in a wheel's file name."""
    if name is None:
        with pytest.raises(InvalidRequirementError):
            request_of(text, place)
        return
    request = request_of(text, place)

    assert request.requirement is not None
    assert (request.requirement.name, request.direct) == (name, direct)
    assert (str(request.requirement.marker) if request.requirement.marker else None) == marker
    assert request.marker is None


@pytest.mark.parametrize(
    ("text", "direct", "extras", "marker"),
    [
        ("https://h/x.tar.gz", "https://h/x.tar.gz", set(), None),
        ("HTTPS://h/archive/main", "https://h/archive/main", set(), None),
        ("file:///here/my project", "file:///here/my%20project/", set(), None),
        ("https://h/x?list[0]", "https://h/x?list[0]", set(), None),
        ("git+https://h/linked.in", "git+https://h/linked.in", set(), None),
        ("git+https://h/r.whl", "git+https://h/r.whl", set(), None),
        ("file:sub#subdirectory=inner", "file:///here/sub/", set(), None),
        ("https://h/x;y.zip", "https://h/x;y.zip", set(), None),
        ("https://h/x.zip ; os_name == 'nt'", "https://h/x.zip", set(), 'os_name == "nt"'),
        ("https://h/x.zip;", "https://h/x.zip", set(), None),
        ("https://h/x.zip[Dev_x]", "https://h/x.zip", {"dev-x"}, None),
        ("git+https://h/r", "git+https://h/r", set(), None),
        ("./pkg", "file:///here/pkg/", set(), None),
        ("pkg/", "file:///here/pkg/", set(), None),
        ("./old", "file:///here/old/", set(), None),
        ("/here/pkg", "file:///here/pkg/", set(), None),
        ("./my project", "file:///here/my%20project/", set(), None),
        (
            "./my project[b, a] ; os_name == 'nt'",
            "file:///here/my%20project/",
            {"a", "b"},
            'os_name == "nt"',
        ),
        ("./pkg[dev];os_name=='nt'", "file:///here/pkg/", {"dev"}, 'os_name == "nt"'),
        ("file:pkg", "file:///here/pkg/", set(), None),
        ("file:///here/pkg[dev]", "file:///here/pkg/", {"dev"}, None),
        ("file:///here/my%20project", "file:///here/my%20project/", set(), None),
        ("dist/demo-1.0.tar.gz", "file:///here/dist/demo-1.0.tar.gz", set(), None),
        ("sub/../dist/demo-1.0.tar.gz", "file:///here/dist/demo-1.0.tar.gz", set(), None),
    ],
)
def test_a_nameless_direct_reference_keeps_extras_and_marker(
    text: str, direct: str, extras: set[str], marker: str | None, place: Place
) -> None:
    """Only a build can tell the name; folders end in a slash."""
    request = request_of(text, place)

    assert request.requirement is None
    assert (request.direct, request.extras) == (direct, extras)
    assert (str(request.marker) if request.marker else None) == marker


def test_dot_is_the_working_directory() -> None:
    """`.` is a local project when the working directory is one."""
    place = Place(cwd=CWD, disk=MemoryDisk(files={CWD / "setup.py": b""}))

    assert request_of(".", place).direct == "file:///here/"
    assert request_of(".[a]", place).extras == {"a"}


def test_fragments_give_hash_and_subdirectory(place: Place) -> None:
    """Every key counts wherever it stands; unknown ones are left alone."""
    request = request_of(
        f"x @ https://h/x.zip#foo=1&sha256={SHA.upper()}&subdirectory=a/b&sha512={'0' * 128}", place
    )

    assert request.hashes == {f"sha256:{SHA}", f"sha512:{'0' * 128}"}
    assert request.subdirectory == "a/b"
    assert request.direct == "https://h/x.zip"


@pytest.mark.parametrize(
    ("text", "direct"),
    [
        ("./pkg", "file:///here/pkg/"),
        ("pkg", "file:///here/pkg/"),
        ("file:///here/pkg", "file:///here/pkg/"),
        ("git+https://h/r#egg=x", "git+https://h/r"),
        ("git://h/r#egg=x", "git+git://h/r"),
        ("x[a] @ git+https://h/r ; os_name == 'nt'", "git+https://h/r"),
    ],
)
def test_editables_are_folders_and_repositories(text: str, direct: str, place: Place) -> None:
    """After `-e` a folder needs no separator."""
    request = request_of(text, place, editable=True)

    assert request.editable
    assert request.direct == direct


@pytest.mark.parametrize(
    "text", ["https://h/x.zip", "x @ https://h/x.zip", "./demo-1.0-py3-none-any.whl", "numpy"]
)
def test_nothing_else_is_editable(text: str, place: Place) -> None:
    """Archives, web addresses and names are refused after `-e`."""
    with pytest.raises(UsageError):
        request_of(text, place, editable=True)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("my-package=1.0", "`=` is no operator: write `==`"),
        ("numpy>1 <2", "Put commas between specifiers, as in `>=1,<2`; write one requirement to a line"),
        ("req1 req2", "Write one requirement to a line"),
        ("pip install numpy", "Write only what follows `pip install`"),
        ("numpy\t--hash=sha256:00", "Put a blank, not a tab, before options"),
        ("requirements.txt", "Did you mean `-r requirements.txt`?"),
        ("dev.in", "Did you mean `-r dev.in`?"),
        ("Requirements.TXT", "Did you mean `-r Requirements.TXT`?"),
        (
            "a==${VERSION}",
            "A variable stays as it is written when it is unset or empty, or its name is not upper-case",
        ),
        ("git+git@h:o/r.git", "Write `git+ssh://git@HOST/PATH`"),
        ("git+ssh://git@h:o/r.git", "Write `git+ssh://git@HOST/PATH`, with a slash after the host"),
        ("x @ ./pkg", "For a local project or archive write its path alone, or a `file:` URL after the `@`"),
        (
            "https://h/x.zip;os_name=='nt'",
            "Put a blank before the semicolon: `https://h/x.zip ; os_name=='nt'`",
        ),
        (
            "x @ https://h/x.zip;os_name=='nt'",
            "Put a blank before the semicolon: `https://h/x.zip ; os_name=='nt'`",
        ),
        ("git+https://h/r#egg=x[a]", "With extras, write `name[extra] @ URL`"),
        ("https://h/requirements.txt", "Download it, and name the copy as a requirements file"),
        ("./sub/../requirements.txt", "Did you mean `-r ./sub/../requirements.txt`?"),
        ("ftp://h/x.zip", None),
        ("s3://bucket/x.whl", None),
        ("https://h/a b.zip", "Write `%20` for a blank, and one requirement to a line"),
        ("x @ https://h/a.zip y @ https://h/b.zip", "Write `%20` for a blank, and one requirement to a line"),
        ("https://h/a\tb.zip", "Write `%20` for a blank, and one requirement to a line"),
        ("https:///x.zip", None),
        ("https://h:port/x.zip", None),
        ("https://[h/x.zip", None),
        ("file://server/share/x.whl", "A local path has three slashes: `file:///`"),
        ("https://h/x.whl", "Wheels are named `name-version-python-abi-platform.whl`"),
        ("dist/odd.whl", "Wheels are named `name-version-python-abi-platform.whl`"),
        ("https://h/x.zip#md5=abc", "Use one of sha256, sha384, sha512"),
        ("https://h/x.zip#sha256=abc", None),
        ("git+https://h/r#subdirectory=../x", None),
        ("git+https://h/r#subdirectory=/x", None),
        ("./plain", None),
        ("plain/notes.md", None),
        ("./pkg ; nonsense", None),
        ("./pkg[a,,b]", None),
        ("numpy; python_version", None),
        ("a; " + "(" * 5000, None),
        ("a>=1." + "0" * 5000, None),
        ("é", None),
        ("a[", None),
        ("-", None),
        ("[]", None),
    ],
)
def test_what_is_no_requirement_says_what_was_likely_meant(text: str, hint: str | None) -> None:
    """Every fault is an InvalidRequirementError; the frequent ones have a hint."""
    disk = MemoryDisk(
        files={
            CWD / "requirements.txt": b"",
            CWD / "plain/notes.md": b"",
            CWD / "dist/odd.whl": b"",
            CWD / "pkg/setup.py": b"",
            CWD / "sub/x": b"",
        }
    )
    with pytest.raises(InvalidRequirementError) as caught:
        request_of(text, Place(cwd=CWD, disk=disk))

    assert hint is None or caught.value.hint == hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("./pkgs", "Did you mean `pkg`?"),
        ("demo-1.1-py3-none-any.whl", "Did you mean `demo-1.0-py3-none-any.whl`?"),
        ("file:///here/nowhere", None),
        ("C:\\demo", "Write `/` between folders"),
        ("C:/pkg", None),
        ("\\\\server\\share", "Write `/` between folders"),
        (".\\pkg\\none", "Write `/` between folders"),
        ("./\0", None),
    ],
)
def test_a_path_that_leads_nowhere_is_told_with_near_names(text: str, hint: str | None, place: Place) -> None:
    """Windows paths are paths on every host, never URLs."""
    with pytest.raises(InputNotFoundError) as caught:
        request_of(text, place)

    assert hint is None or caught.value.hint == hint


@pytest.mark.parametrize(
    ("marker", "told"),
    [
        ('sys_platform ~= "linux"', "compares what has no order"),
        ('implementation_version ~= "3"', "compares what has no order"),
        ('"cli" in extras', "asks for what only a lock file knows"),
    ],
)
@pytest.mark.parametrize("subject", ["numpy", "numpy @ https://h/x.zip", "https://h/x.zip", "./pkg"])
def test_a_marker_that_is_neither_true_nor_false_is_refused(
    subject: str, marker: str, told: str, place: Place
) -> None:
    """While the line is known, not when the target's environment is asked."""
    with pytest.raises(InvalidRequirementError) as caught:
        request_of(f"{subject} ; {marker}", place)

    assert told in caught.value.summary


def test_a_folder_whose_name_holds_an_at_sign_is_a_folder() -> None:
    """What exists wins over `name @ URL`, unless a scheme follows."""
    place = Place(cwd=CWD, disk=MemoryDisk(files={CWD / "a@b/c/setup.py": b""}))

    assert request_of("a@b/c", place).direct == "file:///here/a%40b/c/"


@pytest.mark.parametrize(
    "text",
    [
        "x @ https://user:hunter2@[h/x.zip",
        "https://user:hunter2@h:port/x.zip",
        "https://hunter2@h/x.whl",
        "ftp://user:hunter2@h/x",
        "https://user:hun/hunter2@h/x.zip",
        "x==1 https://user:hunter2@h/",
        "https://user:p@hunter2@h/x.whl",
        "https://user:hunter2@h/x.zip;os_name=='nt'",
    ],
)
def test_credentials_are_never_told(text: str, place: Place) -> None:
    """Errors name the URL without user and password."""
    with pytest.raises(InvalidRequirementError) as caught:
        request_of(text, place)

    assert "hunter2" not in "\n".join([caught.value.summary, *caught.value.evidence, caught.value.hint or ""])
