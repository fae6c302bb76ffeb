"""Which container image has a runtime: the table `images.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from manylinux.errors import NoImageError
from manylinux.runtime import Runtime


def image_of(runtime: Runtime) -> str:
    """The name of the runtime's image. Raises NoImageError for one that has none."""
    found = _table()["images"].get(runtime.id)
    if found is None:
        raise NoImageError(
            f"No container image is known for `{runtime.id}`",
            evidence=[f"known: {', '.join(_table()['images'])}"],
            hint="Name one with `--image`",
        )
    return found


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_name("images.toml").read_text(encoding="utf-8"))
