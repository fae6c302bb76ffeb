"""The text of a TOML file to its tables, with errors that say what is wrong."""

import tomllib
from typing import Any

from builder.errors import InvalidRequirementError
from builder.inputs.messages import shown


def parse_toml(content: bytes) -> dict[str, Any]:
    """The document; raises InvalidRequirementError."""
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidRequirementError("it is no TOML", evidence=[shown(str(error))]) from None
    except (RecursionError, ValueError) as error:  # ValueError: a number of more than 4,300 digits
        raise InvalidRequirementError(
            "it is no TOML that can be read", evidence=[type(error).__name__]
        ) from None
