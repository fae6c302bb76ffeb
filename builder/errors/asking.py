"""What was asked for is not there, or cannot be understood: raised by inputs, choices, locks and projects."""

from manylinux.errors import NoSolutionError, UsageError


class InputNotFoundError(UsageError):
    """A file or folder named by the user does not exist."""

    code = "input-not-found"


class InvalidRequirementError(UsageError):
    """A requirement, an option or a line of an input file that pip would not take."""

    code = "invalid-requirement"


class MissingHashError(UsageError):
    """`--require-hashes` is in force and a requirement has none."""

    code = "missing-hash"


class InvalidLockError(UsageError):
    """A lock file that breaks PEP 751, or is not for this target."""

    code = "invalid-lock"


class LockOutOfDateError(NoSolutionError):
    """`--locked` names a lock that the requirements no longer match."""

    code = "lock-out-of-date"


class ConfigurationError(UsageError):
    """`[tool.lbuild]`, or lbuild.toml, cannot be understood."""

    code = "configuration"


class InvalidManifestError(UsageError):
    """A `lbuild-manifest.json` that cannot be read."""

    code = "invalid-manifest"


class NotDroppableError(UsageError):
    """What was asked to be left out of a bundle must stay in it."""

    code = "not-droppable"


class NoReportError(UsageError):
    """The cache holds no report of this bundle, or the one that was given is none, or another's."""

    code = "no-report"
