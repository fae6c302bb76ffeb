import pytest

from manylinux.architecture import Architecture
from manylinux.errors import ExitStatus, UnknownArchitectureError


@pytest.mark.parametrize(
    ("text", "architecture", "machine"),
    [
        ("x86_64", Architecture.X86_64, "x86_64"),
        ("x86-64", Architecture.X86_64, "x86_64"),
        ("AMD64", Architecture.X86_64, "x86_64"),
        ("arm64", Architecture.ARM64, "aarch64"),
        (" aarch64", Architecture.ARM64, "aarch64"),
    ],
)
def test_knows_an_architecture_by_all_its_names(text: str, architecture: Architecture, machine: str) -> None:
    """Lambda, wheels, Docker and Windows have different words for the same machine."""
    parsed = Architecture.parse(text)

    assert parsed is architecture
    assert parsed.machine == machine


@pytest.mark.parametrize("text", ["", "i686", "arm", "x86_64\x00", "ppc64le"])
def test_refuses_what_lambda_does_not_run_on(text: str) -> None:
    """The error is the user's, and names what there is."""
    with pytest.raises(UnknownArchitectureError) as caught:
        Architecture.parse(text)

    assert caught.value.status is ExitStatus.USAGE
    assert caught.value.evidence == ("known: `x86_64`, `arm64`",)
