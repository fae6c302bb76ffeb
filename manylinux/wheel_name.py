"""What a wheel's file name says. Specs: binary distribution format (PEP 427), tags (PEP 425)."""

from dataclasses import dataclass
from functools import lru_cache

from packaging.utils import BuildTag, NormalizedName, parse_wheel_filename
from packaging.version import Version

from manylinux.errors import InvalidWheelNameError

__all__ = ["InvalidWheelNameError", "WheelName"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelName:
    """A wheel's file name, taken apart."""

    filename: str
    name: NormalizedName
    version: Version
    build: BuildTag
    """`()`, or the number and what follows it; compares as the specification orders builds."""
    tag_set: str
    """The compressed tag set in lower case: `cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64`.

    Not expanded: a page lists thousands of names, and a hostile one could stand for a billion tags.
    """

    @classmethod
    def parse(cls, filename: str) -> "WheelName":
        """Raises InvalidWheelNameError. Called for every file of every page."""
        head, *tags = filename.removesuffix(".whl").rsplit("-", 3)
        if not filename.endswith(".whl") or len(tags) < 3:
            raise _invalid(filename, "it is not `name-version(-build)-python-abi-platform.whl`")
        try:
            name, version, build = _identity(head)
        except ValueError as error:  # InvalidWheelFilename, or a number that Python will not read
            raise _invalid(filename, str(error).partition(": ")[0]) from error
        tag_set = "-".join(tags)
        if not _is_tag_set(tag_set):
            raise _invalid(filename, f"`{tag_set}` is not a set of tags")
        return cls(filename=filename, name=name, version=version, build=build, tag_set=tag_set.lower())


def _invalid(filename: str, reason: str) -> InvalidWheelNameError:
    return InvalidWheelNameError(f"`{filename}` is not the name of a wheel", evidence=(reason,))


@lru_cache(maxsize=16384)
def _identity(head: str) -> tuple[NormalizedName, Version, BuildTag]:
    """Name, version and build by packaging's rules; up to a hundred files of a release share them."""
    name, version, build, _ = parse_wheel_filename(f"{head}-py3-none-any.whl")
    return name, version, build


@lru_cache(maxsize=8192)
def _is_tag_set(text: str) -> bool:
    """Whether `text` is three dotted lists of tags, each of ASCII letters, digits and underscores."""
    interpreters, *others = (part.split(".") for part in text.split("-"))
    return (
        all(interpreter.isidentifier() for interpreter in interpreters)
        and all(tag.replace("_", "a").isalnum() for tags in others for tag in tags)
        and text.isascii()
    )


def is_for_any_platform(filename: str) -> bool:
    """Whether a wheel of this name holds nothing compiled for one platform, by its tags."""
    return filename.endswith("-any.whl")
