"""Zips of more than 50 MB, which Lambda takes only from a bucket of its region."""

import base64
import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from factories.clouds import HERE, THERE, Cloud

LARGE = 52_428_800


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A zip just too large to be sent directly; its digests in hex and as Lambda writes it."""
    path = tmp_path_factory.mktemp("large") / "large.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("app.py", "def handler(event, context): ...\n")
        archive.writestr("data.bin", os.urandom(LARGE - 200))
    assert LARGE <= path.stat().st_size < LARGE + 1000
    digest = hashlib.sha256(path.read_bytes())
    return path, digest.hexdigest(), base64.b64encode(digest.digest()).decode()


def test_they_go_through_a_bucket_of_each_region_once(cloud: Cloud, large: tuple[Path, str, str]) -> None:
    path, sha256, code_sha256 = large
    buckets = {region: cloud.make_bucket(region, region) for region in (HERE, THERE)}
    names = {region: cloud.make_function("api", region) for region in (HERE, THERE)}
    words = (
        "deploy-function", path, "--function", names[HERE], "--region", HERE, "--region", THERE,
        "--s3-bucket", f"{cloud.name}-{{region}}", "--json",
    )  # fmt: skip

    done = cloud.run(*words)

    assert done.status == 0, done.stderr
    key = f"lbuild/{sha256}.zip"
    for region, bucket in buckets.items():
        assert cloud.function(names[region], region)["CodeSha256"] == code_sha256
        cloud.client("s3", region).head_object(Bucket=bucket, Key=key)
    through = [region["steps"][0]["through"] for region in done.report["regions"]]
    assert through == [f"s3://{bucket}/{key}" for bucket in buckets.values()]

    # Who uploads it again loses its tags.
    first = {"TagSet": [{"Key": "upload", "Value": "first"}]}
    cloud.client("s3").put_object_tagging(Bucket=buckets[HERE], Key=key, Tagging=first)
    other = cloud.make_function("other")
    again = cloud.run("deploy-function", path, "--function", other, "--s3-bucket", buckets[HERE], "--json")

    assert again.status == 0, again.stderr
    assert cloud.function(other)["CodeSha256"] == code_sha256
    assert cloud.client("s3").get_object_tagging(Bucket=buckets[HERE], Key=key)["TagSet"] == first["TagSet"]


def test_an_object_with_other_bytes_is_replaced(cloud: Cloud, large: tuple[Path, str, str]) -> None:
    path, sha256, code_sha256 = large
    bucket, name = cloud.make_bucket("zips"), cloud.make_function("api")
    cloud.client("s3").put_object(Bucket=bucket, Key=f"mine/{sha256}.zip", Body=b"half of it")

    done = cloud.run(
        "deploy-function", path, "--function", name, "--s3-bucket", bucket, "--s3-prefix", "mine/"
    )

    assert done.status == 0, done.stderr
    assert cloud.function(name)["CodeSha256"] == code_sha256


def test_without_a_bucket_nothing_begins(cloud: Cloud, large: tuple[Path, str, str]) -> None:
    path, _, _ = large

    done = cloud.run("publish-layer", path, "--name", f"{cloud.name}-deps")

    assert (done.status, done.codes) == (1, ["too-large"])
    assert "must be smaller than 52,428,800" in done.stderr
    assert "--s3-bucket" in done.stderr


def test_a_bucket_that_is_not_there_or_elsewhere(cloud: Cloud, large: tuple[Path, str, str]) -> None:
    path, _, _ = large
    name = cloud.make_function("api")
    elsewhere = cloud.make_bucket("zips", THERE)
    words = ("deploy-function", path, "--function", name, "--s3-bucket")

    missing = cloud.run(*words, f"{cloud.name}-none", "--json")
    other = cloud.run(*words, elsewhere)

    assert (missing.status, missing.codes) == (2, ["not-there"])
    assert f"aws s3 mb s3://{cloud.name}-none --region {HERE}" in missing.stderr
    assert (other.status, other.codes) == (2, ["usage"])
    assert "zips-{region}" in other.stderr
    assert cloud.function(name)["CodeSha256"] != large[2]
