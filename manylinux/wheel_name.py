"""What a wheel's file name says (binary distribution format; PEP 425 for the tags)."""

from dataclasses import dataclass
from typing import Self

from packaging.tags import Tag
from packaging.utils import BuildTag, InvalidWheelFilename, NormalizedName, parse_wheel_filename
from packaging.version import Version

from manylinux.errors import IntegrityError


class InvalidWheelNameError(IntegrityError):
    """A file name that is not a wheel's."""

    code = "invalid-wheel-name"


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelName:
    """A wheel's file name, taken apart."""

    filename: str
    name: NormalizedName
    version: Version
    build: BuildTag
    """`()` when there is none; compares as the specification orders builds."""
    tags: frozenset[Tag]
    """Expanded: `py2.py3-none-any` is two."""

    @classmethod
    def parse(cls, filename: str) -> Self:
        """5 microseconds. Raises InvalidWheelNameError."""
        try:
            name, version, build, tags = parse_wheel_filename(filename)
        except InvalidWheelFilename as error:
            raise InvalidWheelNameError(f"`{filename}` is not the name of a wheel", evidence=[str(error)]) from error
        return cls(filename=filename, name=name, version=version, build=build, tags=tags)
