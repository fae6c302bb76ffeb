"""Sources that do not become wheels: raised by builds."""

from manylinux.errors import BuildError, EnvironmentFault


class NativeBuildNeededError(BuildError):
    """Building gave, or would give, a platform wheel, and nothing is to be compiled."""

    code = "native-build-needed"


class NoBuildBackendError(EnvironmentFault):
    """A project has to be compiled, and every backend refuses."""

    code = "no-build-backend"


class SdistBuildError(BuildError):
    """A PEP 517 backend failed; its log is kept."""

    code = "sdist-build-failed"


class BuildLimitError(SdistBuildError):
    """A build wanted more time, memory, disk or processes than it may have; its log is kept."""

    code = "build-limit"


class PureFallbackError(SdistBuildError):
    """A build left out what it could not compile and gave pure Python; its log is kept."""

    code = "pure-fallback"


class NoSpaceError(EnvironmentFault):
    """A build found the disk full."""

    code = "no-space"
