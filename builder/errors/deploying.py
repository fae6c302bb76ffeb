"""What a deployer, or AWS, does not give or take: raised by `builder.deployers`."""

from manylinux.errors import EnvironmentFault, IntegrityError, NetworkError, UsageError


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


class NoDeployerError(EnvironmentFault):
    """A deployer that has to be asked is not on this machine."""

    code = "no-deployer"


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
