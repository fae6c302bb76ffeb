"""Whether a wheel is the one it says it is, in every place that says something. Pure.

Specs: binary distribution format (file name, `.dist-info`, WHEEL), core metadata, tags (PEP 425).
"""

from collections.abc import Iterable, Iterator
from itertools import islice, product

from packaging.utils import canonicalize_name

from manylinux.elf.facts import Binary, ElfFacts, Foreign, Kind
from manylinux.repair.values import Promise, WheelFacts
from manylinux.versions import parsed_version

_TAGS_READ = 1000
"""Of a compressed set. Real ones have a handful; a hostile one must not be multiplied out."""
_TELL = 5
"""Of files or tags that are alike, this many are named."""
_FOREIGN_MODULES = (".so", ".pyd", ".dylib", ".dll")


def lies_of_identity(facts: WheelFacts, promise: Promise) -> Iterator[str]:
    """What contradicts the file name, or the promise."""
    name, version = facts.name.name, facts.name.version
    if (promise.name or name, promise.version or version) != (name, version):
        yield (
            f"the file is named for `{name}` {version}; to be built was "
            f"`{promise.name or name}` {promise.version or version}"
        )
    stem, _, told = facts.dist_info.removesuffix(".dist-info").rpartition("-")
    if (canonicalize_name(stem), parsed_version(told)) != (name, version):
        yield f"the file is named for `{name}` {version}; it holds `{facts.dist_info}`"
    said, number = facts.metadata
    if (canonicalize_name(said), parsed_version(number)) != (name, version):
        yield f"the file is named for `{name}` {version}; its METADATA says `{said}` `{number}`"


def lies_of_tags(facts: WheelFacts) -> Iterator[str]:
    """Where file name, WHEEL and content do not agree on what the wheel runs on."""
    named = expanded(facts.name.tag_set)
    told = frozenset(tag.lower() for tag in facts.tags)
    if named != told:
        yield f"the file is named for {_listed(named)}; its WHEEL says {_listed(told)}"
    build = "".join(map(str, facts.name.build))
    if build != facts.build.strip():
        yield f"the file is named for build `{build}`; its WHEEL says `{facts.build}`"
    if is_for_any(facts.name.tag_set):
        compiled = sorted(path for path, binary in facts.binaries.items() if _is_compiled(path, binary))
        if compiled:
            yield f"the file is named for any platform; it holds {_listed(compiled)}"


def is_for_any(tag_set: str) -> bool:
    """Whether one of the platforms is `any`."""
    return "any" in tag_set.rpartition("-")[2].split(".")


def expanded(tag_set: str) -> frozenset[str]:
    """Every tag of a compressed set, as WHEEL lists them; the first thousand where there are more."""
    parts = (part.split(".") for part in tag_set.split("-"))
    return frozenset("-".join(triple) for triple in islice(product(*parts), _TAGS_READ))


def _is_compiled(path: str, binary: Binary) -> bool:
    """Launchers for Windows and object files are data for every system."""
    match binary:
        case ElfFacts():
            return binary.kind in (Kind.SHARED, Kind.EXECUTABLE)
        case Foreign():
            return path.endswith(_FOREIGN_MODULES)
        case _:
            return False


def _listed(names: Iterable[str]) -> str:
    found = sorted(names)
    more = f" and {len(found) - _TELL} more" if len(found) > _TELL else ""
    return (", ".join(f"`{name}`" for name in found[:_TELL]) or "nothing") + more
