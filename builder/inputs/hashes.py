"""Which hashes count. Pure."""

from builder.errors import InvalidRequirementError
from builder.inputs.messages import shown

_DIGITS = {"sha256": 64, "sha384": 96, "sha512": 128}
"""Algorithm to length of its hex digest."""


def strong_hash(written: str) -> str:
    """`sha256:<hex>` in lower case, of `sha256:<hex>`; raises InvalidRequirementError for any other form."""
    algorithm, colon, digest = written.partition(":")
    if not colon:
        raise InvalidRequirementError(
            f"`{shown(written)}` is no hash", hint="Write `--hash=sha256:` and 64 hex digits, without a blank"
        )
    digits = _DIGITS.get(algorithm)
    if digits is None:
        raise InvalidRequirementError(
            f"hashes of kind `{shown(algorithm)}` prove nothing", hint=f"Use one of {', '.join(_DIGITS)}"
        )
    digest = digest.lower()
    if len(digest) != digits or not digest.isascii() or digest.strip("0123456789abcdef"):
        raise InvalidRequirementError(
            f"`{shown(digest)}` is no {algorithm} digest",
            evidence=[f"{digits} hex digits needed, {len(digest)} given"],
        )
    return f"{algorithm}:{digest}"
