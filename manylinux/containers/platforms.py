"""What container engines call the architectures."""

from manylinux.architecture import Architecture

_PLATFORMS = {Architecture.X86_64: "linux/amd64", Architecture.ARM64: "linux/arm64"}


def platform_of(architecture: Architecture) -> str:
    """Such as `linux/amd64`."""
    return _PLATFORMS[architecture]
