"""Errors of making a bundle. The tree's root and categories are in `manylinux.errors`."""

from manylinux.errors import (
    BuildError,
    EnvironmentFault,
    FunctionFault,
    IntegrityError,
    NetworkError,
    NoSolutionError,
    UsageError,
)


class InputNotFoundError(UsageError):
    """A file or folder named by the user does not exist."""

    code = "input-not-found"


class InvalidRequirementError(UsageError):
    """A requirement, an option or a line of an input file that pip would not take."""

    code = "invalid-requirement"


class InvalidLockError(UsageError):
    """A lock file that breaks PEP 751, or is not for this target."""

    code = "invalid-lock"


class NoReportError(UsageError):
    """The cache holds no report of this bundle, or the one that was given is none, or another's."""

    code = "no-report"


class NotDroppableError(UsageError):
    """What was asked to be left out of a bundle must stay in it."""

    code = "not-droppable"


class ConfigurationError(UsageError):
    """`[tool.lbuild]`, or lbuild.toml, cannot be understood."""

    code = "configuration"


class DeployerConfigurationError(UsageError):
    """What a deployer itself is configured with is absent, malformed, or more than lbuild can follow."""

    code = "deployer-configuration"


class UnknownResourceError(UsageError):
    """A deployer's configuration has no function, layer or stage of this name."""

    code = "unknown-resource"


class DeployerArchiveError(UsageError):
    """An archive that a deployer is said to have made is none of its, or cannot be read."""

    code = "deployer-archive"


class QueryError(UsageError):
    """What a deployer asks by a protocol of its own cannot be understood."""

    code = "query"


class InvalidManifestError(UsageError):
    """A `lbuild-manifest.json` that cannot be read."""

    code = "invalid-manifest"


class MissingHashError(UsageError):
    """`--require-hashes` is in force and a requirement has none."""

    code = "missing-hash"


class LockOutOfDateError(NoSolutionError):
    """`--locked` names a lock that the requirements no longer match."""

    code = "lock-out-of-date"


class ResolutionImpossibleError(NoSolutionError):
    """No set of versions satisfies every requirement."""

    code = "resolution-impossible"


class NoCompatibleArtifactError(NoSolutionError):
    """Versions match, but no file of theirs loads on the target."""

    code = "no-compatible-artifact"


class ProjectNotRequiredError(NoSolutionError):
    """A project that was asked about is not part of the resolution."""

    code = "project-not-required"


class PathConflictError(NoSolutionError):
    """Two wheels, or a wheel and the source, put different bytes at one path."""

    code = "path-conflict"


class NoCommonLockError(NoSolutionError):
    """Functions that are to have the same versions cannot have them."""

    code = "no-common-lock"


class TooManyLayersError(NoSolutionError):
    """A function asks for more layers than Lambda takes."""

    code = "too-many-layers"


class TooLargeError(NoSolutionError):
    """The bundle breaks a limit of Lambda."""

    code = "too-large"


class NativeBuildNeededError(BuildError):
    """Building gave, or would give, a platform wheel, and nothing is to be compiled."""

    code = "native-build-needed"


class NoBuildBackendError(EnvironmentFault):
    """A project has to be compiled, and every backend refuses."""

    code = "no-build-backend"


class SdistBuildError(BuildError):
    """A PEP 517 backend failed; its log is kept."""

    code = "sdist-build-failed"


class NoSpaceError(EnvironmentFault):
    """A build found the disk full."""

    code = "no-space"


class BuildLimitError(SdistBuildError):
    """A build wanted more time, memory, disk or processes than it may have; its log is kept."""

    code = "build-limit"


class PureFallbackError(SdistBuildError):
    """A build left out what it could not compile and gave pure Python; its log is kept."""

    code = "pure-fallback"


class SourceLinkError(IntegrityError):
    """A symbolic link in the app's source points outside it."""

    code = "source-link"


class SourceFileError(UsageError):
    """A file of the app's source that cannot be read, or cannot stand in a bundle."""

    code = "source-file"


class NoDeployerError(EnvironmentFault):
    """A deployer that has to be asked is not on this machine."""

    code = "no-deployer"


class OutputError(EnvironmentFault):
    """The output cannot be written."""

    code = "output"


class NoInterpreterError(EnvironmentFault):
    """No Python of the runtime's minor version is on this machine, or in the image."""

    code = "no-interpreter"


class CompilerError(EnvironmentFault):
    """A Python of the runtime's minor version is there, and does not compile."""

    code = "compiler"


class WrongMachineError(EnvironmentFault):
    """The bundle's compiled files are for another machine than this one."""

    code = "wrong-machine"


class NotAsPlannedError(IntegrityError):
    """An output that was read again does not hold what was to be written."""

    code = "not-as-planned"


class WillNotLoadError(IntegrityError):
    """Compiled files of a bundle do not load on its target."""

    code = "will-not-load"


class DoesNotLoadError(IntegrityError):
    """A function did not come as far as its handler, or a module did not import."""

    code = "does-not-load"


class FunctionFailedError(FunctionFault):
    """A handler raised, ended its process or took too long."""

    code = "function-failed"


class NoAwsSdkError(EnvironmentFault):
    """boto3, which talks to AWS, is not installed."""

    code = "no-aws-sdk"


class NoAwsCredentialsError(EnvironmentFault):
    """No credentials for AWS are configured here, or they cannot be had."""

    code = "no-credentials"


class AccessDeniedError(NetworkError):
    """AWS does not let these credentials do it."""

    code = "access-denied"


class ExpiredTokenError(NetworkError):
    """AWS says that the credentials have expired."""

    code = "expired-token"


class ThrottledError(NetworkError):
    """AWS asked for patience until there was none left."""

    code = "throttled"


class ResourceConflictError(NetworkError):
    """Somebody else changes the same function at the same time."""

    code = "resource-conflict"


class UpdateFailedError(NetworkError):
    """Lambda took new code or settings, and then could not make a working function of them."""

    code = "update-failed"


class NotReadyError(NetworkError):
    """Lambda takes longer with a function than lbuild waits."""

    code = "not-ready"


class AwsRefusedError(UsageError):
    """AWS does not take what it was given."""

    code = "aws-refused"


class NotThereError(UsageError):
    """A function, bucket, object or layer that AWS does not know in this region."""

    code = "not-there"


class UnknownRegionError(UsageError):
    """AWS has no region of this name, as far as boto3 knows."""

    code = "unknown-region"


class NotAsUploadedError(IntegrityError):
    """A file is not what its manifest says, or AWS has other bytes than were sent."""

    code = "not-as-uploaded"


class SourcesError(EnvironmentFault):
    """The sources of a library that a recipe builds cannot be had, or not be unpacked."""

    code = "library-sources"


class SmokeTestError(BuildError):
    """A wheel that was built does not do on the target what its recipe asks of it."""

    code = "smoke-test-failed"


class EditError(BuildError):
    """What a recipe changes in a project's sources is not there."""

    code = "edit-does-not-fit"


class WorkerLostError(EnvironmentFault):
    """Whoever built a wheel died over it, again and again."""

    code = "worker-lost"


class SchedulerError(EnvironmentFault):
    """No scheduler answers at the address that was given, or what speaks to it is not installed."""

    code = "scheduler"
