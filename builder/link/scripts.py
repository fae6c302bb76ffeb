"""Commands for a bundle's `bin/`: wrappers for entry points, and shipped scripts with their first line set.

Imported only when scripts are kept.
"""

from collections.abc import Iterator
from configparser import ConfigParser
from configparser import Error as ConfigParserError
from dataclasses import dataclass

from prebuilt_index.errors import BadArchiveError
from prebuilt_index.wheel_archive import VerifiedWheel

_GROUPS = ("console_scripts", "gui_scripts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One command to write."""

    name: str
    content: bytes


def interpreter(python: str) -> str:
    """Where Lambda keeps the interpreter of the minor version `python`, such as `3.13`."""
    return f"/var/lang/bin/python{python}"


def with_interpreter(content: bytes, python: str) -> bytes | None:
    """`content` with its first line naming Lambda's interpreter, or None when it must stay as it is.

    Binary distribution format: a first line that starts with exactly `#!python` is rewritten.
    """
    if not content.startswith(b"#!python"):
        return None
    _, _, rest = content.partition(b"\n")
    return f"#!{interpreter(python)}\n".encode() + rest


def entry_point_scripts(wheel: VerifiedWheel, python: str, library: str) -> Iterator[Script]:
    """A wrapper for each console and GUI entry point of `wheel`.

    `library` is the library folder as seen from the scripts folder. Lambda puts its folders on the path
    inside its own bootstrap, which a command does not run, so the wrapper finds the library by its own
    place.

    Raises BadArchiveError for entry points that cannot be read, escape `bin/` or name no callable.
    """
    if wheel.entry_points is None:
        return
    for name, reference in sorted(_points(wheel, wheel.entry_points)):
        module, _, attribute = (part.strip() for part in reference.partition("[")[0].partition(":"))
        if not _is_file_name(name) or not _is_dotted(module) or not _is_dotted(attribute):
            raise BadArchiveError(
                f"`{wheel.filename}` has an entry point that cannot be a command",
                evidence=[f"`{name} = {reference}`"],
                hint="Build without `--scripts`, or report it to the project",
            )
        yield Script(name=name, content=_wrapper(python, library, module, attribute))


def _points(wheel: VerifiedWheel, text: bytes) -> list[tuple[str, str]]:
    parser = ConfigParser(delimiters=("=",), interpolation=None, default_section="")
    parser.optionxform = str  # type: ignore[method-assign, assignment]  # names keep their case, as the spec asks
    try:
        parser.read_string(text.decode())
    except (ConfigParserError, UnicodeDecodeError) as error:
        raise BadArchiveError(
            f"`{wheel.filename}` has an `entry_points.txt` that cannot be read",
            evidence=[str(error)],
            hint="Build without `--scripts`, or report it to the project",
        ) from error
    return [point for group in _GROUPS if parser.has_section(group) for point in parser.items(group)]


def _is_file_name(name: str) -> bool:
    return name not in ("", ".", "..") and name.isprintable() and not set(name) & set('/\\:*?"<>|')


def _is_dotted(name: str) -> bool:
    return all(part.isidentifier() for part in name.split("."))


def _wrapper(python: str, library: str, module: str, attribute: str) -> bytes:
    return (
        f"#!{interpreter(python)}\n"
        "import os\n"
        "import sys\n"
        "\n"
        f'sys.path[0] = os.path.abspath(os.path.join(os.path.dirname(__file__), "{library}"))\n'
        f"from {module} import {attribute.partition('.')[0]}\n"
        "\n"
        'if __name__ == "__main__":\n'
        f"    sys.exit({attribute}())\n"
    ).encode()
