"""The table of container images fits the table of runtimes."""

import re

import pytest

from builder.trial.images import image_of
from manylinux.architecture import Architecture
from manylinux.containers.platforms import platform_of
from manylinux.errors import NoImageError
from manylinux.runtimes import find_runtime, runtimes


def test_an_image_is_of_the_runtimes_own_version() -> None:
    """Every row names the Python of its runtime; the newest may have none yet."""
    known = runtimes()[:-1]

    assert [image_of(runtime).rpartition(":")[2] for runtime in known] == [each.python for each in known]
    assert all(re.fullmatch(r"[a-z0-9./-]+:[0-9.]+", image_of(runtime)) for runtime in known)


def test_a_runtime_without_an_image_is_told() -> None:
    """With what to do."""
    with pytest.raises(NoImageError, match=r"python3\.15") as caught:
        image_of(find_runtime("python3.15"))

    assert "--image" in (caught.value.hint or "")


def test_every_architecture_has_a_platform() -> None:
    """In the words of container engines."""
    assert {each: platform_of(each) for each in Architecture} == {
        Architecture.X86_64: "linux/amd64",
        Architecture.ARM64: "linux/arm64",
    }
