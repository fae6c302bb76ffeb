"""Processor architectures Lambda runs on, in Lambda's words and in those of wheels."""

from enum import StrEnum

from manylinux.errors import UnknownArchitectureError


class Architecture(StrEnum):
    """An architecture as Lambda names it."""

    X86_64 = "x86_64"
    ARM64 = "arm64"

    @property
    def machine(self) -> str:
        """The kernel's name for it, the one in wheel tags and `platform_machine`: `x86_64` or `aarch64`."""
        return "aarch64" if self is Architecture.ARM64 else "x86_64"

    @classmethod
    def parse(cls, text: str) -> "Architecture":
        """The architecture meant by any of its usual names. Raises UnknownArchitectureError."""
        found = _NAMES.get(text.strip().lower().replace("-", "_"))
        if found is None:
            known = ", ".join(f"`{architecture}`" for architecture in cls)
            raise UnknownArchitectureError(
                f"No architecture is called `{text}`", evidence=(f"known: {known}",)
            )
        return found


_NAMES = {
    "x86_64": Architecture.X86_64,
    "amd64": Architecture.X86_64,
    "x64": Architecture.X86_64,
    "arm64": Architecture.ARM64,
    "aarch64": Architecture.ARM64,
}
