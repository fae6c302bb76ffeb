"""Which image builds run in, by name."""

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from factories.targets import every_target, make_target
from manylinux.backends.docker.preparing import Preparing, content_digest
from manylinux.backends.docker.wish import ImageWish


def test_images_are_known_for_the_runtimes() -> None:
    """AWS's own, of the Python and for the architecture; the newest may have none yet."""
    newest = make_target().runtime.python
    for target in every_target():
        name = ImageWish().name(target)
        if name is None:
            assert float(target.runtime.python.partition(".")[2]) > float(newest.partition(".")[2])
            continue
        assert name.endswith(f"build-python{target.runtime.python}:latest-{target.architecture.value}")
        assert re.fullmatch(r"[a-z0-9./-]+:[a-z0-9._-]+", name)


def test_an_own_image_may_be_one_for_each_target() -> None:
    """Its name says where the target's words go; a digest stays as it is."""
    target = make_target("python3.12", "arm64")

    assert ImageWish(image="x/{python}:{arch}").name(target) == "x/3.12:arm64"
    assert ImageWish(image="x@sha256:0").name(target) == "x@sha256:0"


def test_what_decides_over_wheels_is_in_the_key(tmp_path: Path) -> None:
    """The image's name, packages, the content of a Dockerfile and not its place."""
    wish = ImageWish(image="x", packages=("a",))
    keys = {each.key for each in (wish, replace(wish, image="y"), replace(wish, packages=("a", "b")))}
    here = ImageWish(dockerfile=Path("x"), content="a")
    there = ImageWish(dockerfile=Path("y"), content="b")

    assert len(keys) == 3
    assert ImageWish().key == ""
    assert here.key != there.key == replace(there, dockerfile=Path("z")).key


@pytest.mark.parametrize("change", ["content", "mode", "name"])
def test_a_folders_digest_is_that_of_all_it_holds(tmp_path: Path, change: str) -> None:
    """Dates do not count."""
    for name in ("one", "other"):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "Dockerfile").write_text("FROM x")
        (tmp_path / name / "sub" / "patch").write_text("1")
    patch = tmp_path / "other" / "sub" / "patch"
    assert content_digest(tmp_path / "one") == content_digest(tmp_path / "other")

    if change == "content":
        patch.write_text("2")
    elif change == "mode":
        patch.chmod(0o755)
    else:
        patch.rename(patch.with_name("fix"))
    assert content_digest(tmp_path / "one") != content_digest(tmp_path / "other")


def installing(wish: ImageWish) -> str:
    """The shell command by which an image gets packages, without an engine."""
    preparing = Preparing(
        engine=None,  # type: ignore[arg-type]  # it is not asked
        wish=wish,
        target=make_target(),
        hear=lambda piece: None,
        note=lambda line: None,
        pulse=lambda: None,
    )
    text = preparing.installing("base")
    assert text.startswith("FROM base\nUSER root\nRUN ")
    return text.partition("RUN ")[2].replace("\\\n", " ")


@pytest.mark.parametrize("manager", ["dnf", "microdnf", "yum", "apt-get"])
def test_packages_are_installed_by_what_the_image_has(manager: str, tmp_path: Path) -> None:
    """Under the names they have there."""
    program = tmp_path / manager
    program.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/said\n')
    program.chmod(0o755)
    (tmp_path / "rm").symlink_to("/bin/true")
    wish = ImageWish(packages=("gcc",), managed={"apt-get": ("libpq-dev",), "dnf": ("libpq-devel",)})
    done = subprocess.run(("/bin/sh", "-c", installing(wish)), env={"PATH": str(tmp_path)}, check=False)
    assert done.returncode == 0
    (asked,) = (line for line in (tmp_path / "said").read_text().splitlines() if "install" in line)
    assert asked.split("install ", 1)[1].replace("-y ", "").replace("--no-install-recommends ", "") == {
        "apt-get": "gcc libpq-dev",
        "dnf": "gcc libpq-devel",
    }.get(manager, "gcc")


def test_an_image_for_whose_manager_no_packages_are_named_is_told(tmp_path: Path) -> None:
    program = tmp_path / "yum"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    done = subprocess.run(
        ("/bin/sh", "-c", installing(ImageWish(managed={"dnf": ("x",)}))),
        env={"PATH": str(tmp_path)},
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 1
    assert "no packages for yum" in done.stderr


def test_packages_by_manager_are_in_the_key() -> None:
    one, other = ImageWish(managed={"dnf": ("a",)}), ImageWish(managed={"yum": ("a",)})
    assert len({one.key, other.key, ImageWish(packages=("a",)).key, ""}) == 4
