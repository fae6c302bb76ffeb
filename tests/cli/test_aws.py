"""`lbuild publish-layer` and `lbuild deploy-function` where AWS says no, or is never asked."""

import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from factories.commands import Room
from servers.refusing_aws import RefusingAws

pytest.importorskip("boto3", reason="boto3 is an extra: `pip install 'lambda-lbuild[aws]'`")
DENIED = "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: lambda:ListLayerVersions"


@pytest.fixture
def zipped(room: Room) -> Path:
    """A zip of any tool."""
    path = room.folder / "bundle.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("app.py", "def handler(event, context): ...\n")
    return path


@pytest.mark.parametrize(
    ("status", "code", "message", "expected", "said"),
    [
        (403, "AccessDeniedException", DENIED, (3, "access-denied"), "`lambda:ListLayerVersions`"),
        (403, "ExpiredTokenException", "The token expired", (3, "expired-token"), "aws sso login"),
        (403, "UnrecognizedClientException", "The token is invalid", (3, "access-denied"), "credentials"),
        (403, "InvalidSignatureException", "Signature expired", (3, "access-denied"), "credentials"),
        (409, "ResourceConflictException", "in progress", (3, "resource-conflict"), "somebody else"),
        (400, "InvalidParameterValueException", "No such thing", (2, "aws-refused"), "No such thing"),
        (400, "ValidationException", "1 validation error", (2, "aws-refused"), "1 validation error"),
        (
            400,
            "InvalidParameterValueException",
            "Unzipped size must be smaller than 262144000 bytes",
            (1, "too-large"),
            "262144000",
        ),
        (413, "RequestEntityTooLargeException", "too big", (1, "too-large"), "too big"),
        (400, "CodeStorageExceededException", "no room", (1, "too-large"), "no room"),
        (418, "SomethingNew", "who knows", (2, "aws-refused"), "who knows"),
    ],
)
def test_what_aws_refuses(
    room: Room, zipped: Path, status: int, code: str, message: str, expected: tuple[int, str], said: str
) -> None:
    with RefusingAws(status, code, message) as aws:
        there = replace(room, environ={**room.environ, **aws.variables(str(room.folder))})
        done = there.lbuild("publish-layer", zipped, "--name", "deps", "--json", index=False, cache=False)

    assert (done.status, done.codes) == (expected[0], [expected[1]])
    assert said in done.stderr
    (step,) = done.report["regions"][0]["steps"]
    assert (step["action"], step["error"]["code"], step["error"]["status"]) == (
        "failed",
        expected[1],
        expected[0],
    )
    assert len(aws.requests) == 1, "what AWS refused is not asked again"


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [(429, "TooManyRequestsException", "throttled"), (503, "ServiceException", "network")],
)
def test_what_may_pass_is_tried_again_before_it_is_told(
    room: Room, zipped: Path, status: int, code: str, expected: str
) -> None:
    with RefusingAws(status, code, "Rate Exceeded.") as aws:
        there = replace(room, environ={**room.environ, **aws.variables(str(room.folder))})
        done = there.lbuild("deploy-function", zipped, "--function", "api", index=False, cache=False)

    assert (done.status, done.codes) == (3, [expected])
    assert "2 tries" in done.stderr
    assert len(aws.requests) == 2


def test_a_connection_that_is_cut(room: Room, zipped: Path) -> None:
    with RefusingAws(cut=True) as aws:
        there = replace(room, environ={**room.environ, **aws.variables(str(room.folder))})
        done = there.lbuild("deploy-function", zipped, "--function", "api", index=False, cache=False)

    assert (done.status, done.codes) == (3, ["network"])
    assert "AWS cannot be reached for function `api`" in done.stderr


def test_expired_credentials_are_told_once_a_region(room: Room) -> None:
    for name in ("one", "two"):
        room.write(f"{name}/app.py", "x = 1")
    room.write("lbuild.toml", '[functions.one]\nsource = "one"', '[functions.two]\nsource = "two"')
    assert room.lbuild("build").status == 0

    with RefusingAws(403, "ExpiredTokenException", "The token expired") as aws:
        there = replace(room, environ={**room.environ, **aws.variables(str(room.folder))})
        done = there.lbuild("deploy-function", "dist", index=False, cache=False)

    assert (done.status, done.codes) == (3, ["expired-token"])
    assert "two  left alone" in done.stderr
    assert len(aws.requests) == 1


@pytest.mark.parametrize(
    ("variables", "words", "expected", "said"),
    [
        ({}, (), (2, "usage"), "--region"),
        ({}, ("--region", "eu-central-1"), (6, "no-credentials"), "AWS_ACCESS_KEY_ID"),
        ({}, ("--region", "eu-centrall-1"), (2, "unknown-region"), "Did you mean `eu-central-1`?"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, ("--region", "a b"), (2, "unknown-region"), "a b"),
        ({}, ("--profile", "work", "--region", "eu-central-1"), (2, "usage"), "work"),
        ({"AWS_PROFILE": "work"}, ("--region", "eu-central-1"), (2, "usage"), "work"),
        ({"AWS_CONFIG_FILE": "broken"}, (), (2, "usage"), "broken"),
    ],
)
def test_what_is_not_configured(
    room: Room,
    zipped: Path,
    variables: dict[str, str],
    words: tuple[str, ...],
    expected: tuple[int, str],
    said: str,
) -> None:
    room.write("broken", "[what is this")
    nothing = {
        "AWS_CONFIG_FILE": str(room.folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(room.folder / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
    }
    there = replace(room, environ={**room.environ, **nothing, **variables})

    done = there.lbuild("publish-layer", zipped, "--name", "deps", *words, index=False, cache=False)

    assert (done.status, done.codes) == (expected[0], [expected[1]])
    assert said in done.stderr


@pytest.mark.parametrize(
    ("variables", "words", "expected"),
    [
        ({"AWS_DEFAULT_REGION": "eu-west-3"}, (), ["eu-west-3"]),
        ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-3"}, (), ["eu-west-1"]),
        ({"AWS_REGION": "eu-west-1"}, ("--region", "us-east-1", "--region", "us-east-1"), ["us-east-1"]),
        ({}, ("--profile", "work"), ["sa-east-1"]),
    ],
)
def test_which_region(
    room: Room, zipped: Path, variables: dict[str, str], words: tuple[str, ...], expected: list[str]
) -> None:
    room.write("config", "[profile work]", "region = sa-east-1")
    with RefusingAws(400, "ValidationException") as aws:
        given = {
            name: value for name, value in aws.variables(str(room.folder)).items() if "REGION" not in name
        }
        there = replace(room, environ={**room.environ, **given, **variables})
        named = ("publish-layer", zipped, "--name", "deps", "--json")
        done = there.lbuild(*named, *words, index=False, cache=False)

    assert [region["region"] for region in done.report["regions"]] == expected, done.stderr


def test_without_boto3(room: Room, zipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)

    done = room.lbuild("deploy-function", zipped, "--function", "api", index=False, cache=False)

    assert (done.status, done.codes) == (6, ["no-aws-sdk"])
    assert "pip install 'lambda-lbuild[aws]'" in done.stderr


@pytest.mark.parametrize(
    ("words", "expected", "said"),
    [
        (("publish-layer", "bundle.zip"), (2, "usage"), "under a name"),
        (("publish-layer", "bundle.zip", "bundle.zip", "--name", "deps"), (2, "usage"), "alone"),
        (("publish-layer", "bundle.zip", "--name", "no name"), (2, "usage"), "no name"),
        (("publish-layer", "bundle.zip", "--name", "deps", "--runtime", "x"), (2, "unknown-runtime"), "`x`"),
        (
            ("publish-layer", "bundle.zip", "--name", "deps", "--arch", "x"),
            (2, "unknown-architecture"),
            "`x`",
        ),
        (("publish-layer", "none.zip", "--name", "deps"), (2, "input-not-found"), "none.zip"),
        (("publish-layer", "app.txt", "--name", "deps"), (4, "bad-archive"), "app.txt"),
        (("publish-layer", "wheel-1.0-py3-none-any.whl", "--name", "deps"), (2, "usage"), "a wheel"),
        (("publish-layer", "."), (2, "input-not-found"), "lbuild-manifest.json"),
        (("publish-layer", "broken.json"), (2, "invalid-manifest"), "broken.json"),
        (("publish-layer", "dist", "--name", "none"), (2, "usage"), "no layer `none`"),
        (("publish-layer", "dist", "--arch", "arm64"), (2, "usage"), "--arch"),
        (("deploy-function", "bundle.zip"), (2, "usage"), "--function NAME"),
        (("deploy-function", "bundle.zip", "--function", "a/b"), (2, "usage"), "a/b"),
        (("deploy-function", "bundle.zip", "--function", "api", "--create"), (2, "usage"), "--role"),
        (("deploy-function", "dist", "--function", "apj"), (2, "usage"), "Did you mean `api`?"),
        (("deploy-function", "dist", "--handler", "x.y"), (2, "usage"), "--handler"),
        (("deploy-function", "dist", *("--function", "api") * 2), (2, "usage"), "`api` twice"),
        (("deploy-function", "dist", *("--layer", "arn") * 6), (1, "too-many-layers"), "6 layers"),
        (("deploy-function", "dist", "--name-prefix", "pr:"), (2, "usage"), "pr:api"),
    ],
)
def test_what_cannot_be_deployed(
    room: Room, zipped: Path, words: tuple[str, ...], expected: tuple[int, str], said: str
) -> None:
    room.write("app.txt", "no zip")
    room.write("broken.json", "{}]")
    room.write("src/app.py", "x = 1")
    (room.folder / "wheel-1.0-py3-none-any.whl").write_bytes(zipped.read_bytes())
    room.write("lbuild.toml", '[functions.api]\nsource = "src"')
    assert room.lbuild("build").status == 0

    done = room.lbuild(*words, "--region", "eu-central-1", index=False, cache=False)

    assert (done.status, done.codes) == (expected[0], [expected[1]]), done.stderr
    assert said in done.stderr


def test_files_that_are_gone_or_other_are_told_together(room: Room) -> None:
    for name in ("one", "two"):
        room.write(f"{name}/app.py", "x = 1")
    room.write("lbuild.toml", '[functions.one]\nsource = "one"', '[functions.two]\nsource = "two"')
    assert room.lbuild("build").status == 0
    (room.folder / "dist/one.zip").unlink()
    with zipfile.ZipFile(room.folder / "dist/two.zip", "a") as archive:
        archive.writestr("more.py", "")

    done = room.lbuild("deploy-function", "dist", "--region", "eu-central-1", index=False, cache=False)

    assert (done.status, done.codes) == (2, ["input-not-found", "not-as-uploaded"])


def test_two_functions_are_not_one_on_lambda(room: Room) -> None:
    """The code of the second would take the place of the first's."""
    room.write("src/app.py", "x = 1")
    room.write("lbuild.toml", '[functions.api]\nsource = "src"', '[functions.jobs]\nsource = "src"')
    assert room.lbuild("build").status == 0

    names = ("--function", "api=one", "--function", "jobs=one", "--region", "eu-central-1")
    done = room.lbuild("deploy-function", "dist", *names, index=False, cache=False)

    assert (done.status, done.codes) == (2, ["usage"])
    assert "`api` and `jobs` would both be `one` on Lambda" in done.stderr


def test_what_unpacks_to_too_much_is_known_before(room: Room) -> None:
    path = room.folder / "large.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(10):
            archive.writestr(f"data/{number}", bytes(26_214_400))

    done = room.lbuild(
        "publish-layer", path, "--name", "deps", "--region", "eu-central-1", index=False, cache=False
    )

    assert (done.status, done.codes) == (1, ["too-large"])
    assert "262,144,000 bytes unpacked; it must be smaller than 262,144,000" in done.stderr


@pytest.mark.parametrize(("command", "kind"), [("deploy-function", "functions"), ("publish-layer", "layers")])
def test_a_manifest_of_nothing_is_no_success(room: Room, command: str, kind: str) -> None:
    """AWS is not asked."""
    room.write("dist/lbuild-manifest.json", '{"schema": 1}')
    done = room.lbuild(command, "dist", "--region", "eu-central-1", index=False, cache=False)

    assert (done.status, done.codes) == (2, ["usage"])
    assert f"names no {kind}" in done.stderr


def test_a_program_for_credentials_that_is_not_there_is_told(room: Room, zipped: Path) -> None:
    configured = room.write("aws.ini", "[default]", "region = eu-west-1", "credential_process = /no/such")
    there = replace(room, environ={**room.environ, "AWS_CONFIG_FILE": str(configured)})
    done = there.lbuild("deploy-function", zipped, "--function", "api", index=False, cache=False)

    assert (done.status, done.codes) == (6, ["environment"]), done.stderr
    assert "/no/such" in done.stderr
