"""No versions, or no files of them: raised by resolving, for one bundle or several functions."""

from manylinux.errors import NoSolutionError


class ResolutionImpossibleError(NoSolutionError):
    """No set of versions satisfies every requirement."""

    code = "resolution-impossible"


class NoCompatibleArtifactError(NoSolutionError):
    """Versions match, but no file of theirs loads on the target."""

    code = "no-compatible-artifact"


class ProjectNotRequiredError(NoSolutionError):
    """A project that was asked about is not part of the resolution."""

    code = "project-not-required"


class NoCommonLockError(NoSolutionError):
    """Functions that are to have the same versions cannot have them."""

    code = "no-common-lock"
