"""Errors of talking to indexes and of what they hand out."""

from collections.abc import Iterable

from manylinux.errors import EnvironmentFault, IntegrityError, NetworkError, NoSolutionError, UsageError


class ProjectNotFoundError(NoSolutionError):
    """No index knows the project (every one answered 404)."""

    code = "project-not-found"


class QuarantinedProjectError(NoSolutionError):
    """The index has quarantined the project (PEP 792)."""

    code = "project-quarantined"


class IndexUnreachableError(NetworkError):
    """No answer after all tries: name lookup, connection, TLS, time-out, cut connection, 5xx."""

    code = "index-unreachable"


class IndexRefusedError(NetworkError):
    """401 or 403."""

    code = "index-refused"


class NotAnIndexError(NetworkError):
    """An answer that is no simple repository API page, or of an unknown major version."""

    code = "not-an-index"


class BadAnswerError(NetworkError):
    """A status, redirect or length that the request does not allow; a listed file that is not there."""

    code = "bad-answer"


class OfflineError(NetworkError):
    """`--offline`, and the store does not hold what is needed."""

    code = "offline"


class HashMismatchError(IntegrityError):
    """A file's digest or size is not the one promised."""

    code = "hash-mismatch"


class HostileNameError(IntegrityError):
    """An index lists a file whose name would escape the folder it is put in."""

    code = "hostile-name"


class BadArchiveError(IntegrityError):
    """An archive that readers could understand differently, or that is damaged or hostile."""

    code = "bad-archive"

    def __init__(
        self,
        summary: str,
        *,
        rule: str | None = None,
        member: str | None = None,
        evidence: Iterable[str] = (),
        hint: str | None = None,
    ) -> None:
        super().__init__(summary, evidence=evidence, hint=hint)
        self.rule = rule
        """The broken one of `wheel_archive.rules`, such as `Z8`."""
        self.member = member
        """The member at fault, when it is one member's fault."""


class MetadataMismatchError(IntegrityError):
    """A wheel's METADATA disagrees with its file name or with what the index said of it."""

    code = "metadata-mismatch"


class StoreError(EnvironmentFault):
    """The store cannot be used: no space, no permission, not ours."""

    code = "store"


class PipConfigurationError(EnvironmentFault):
    """pip cannot be asked for its configuration, or says that it is broken."""

    code = "pip-configuration"


class DamagedEntryError(IntegrityError):
    """What a prebuilt index says of a wheel cannot be read, or was written by a newer lbuild."""

    code = "damaged-entry"


class NotAPrebuiltIndexError(UsageError):
    """The folder that was named is no prebuilt index."""

    code = "not-a-prebuilt-index"


class CannotListenError(EnvironmentFault):
    """A server's address is taken, not this machine's, or not allowed."""

    code = "cannot-listen"


class DuplicateFileError(IntegrityError):
    """A prebuilt index has a wheel of this name already, with other bytes."""

    code = "duplicate-file"


class DamagedIndexError(IntegrityError):
    """Files or pages of a prebuilt index are not what its entries say."""

    code = "damaged-index"


class IndexFolderError(EnvironmentFault):
    """The folder of a prebuilt index cannot be written or read: no space, no permission."""

    code = "index-folder"


class PublishError(NetworkError):
    """An index could not be published whole; what was sent stays."""

    code = "publish"


class NoBucketError(UsageError):
    """A bucket that was named does not exist, or its name is none."""

    code = "no-bucket"


class BucketRefusedError(NetworkError):
    """A bucket does not let this user in: no, wrong or expired credentials, or too few rights."""

    code = "bucket-refused"


class BucketUnreachableError(NetworkError):
    """A bucket did not answer as it must, after all tries."""

    code = "bucket-unreachable"


class NoBotoError(EnvironmentFault):
    """boto3 is not installed."""

    code = "no-boto3"


class InvalidRecipeError(UsageError):
    """A recipe that cannot be understood."""

    code = "invalid-recipe"
