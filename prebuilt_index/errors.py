"""Errors of talking to indexes and of what they hand out."""

from manylinux.errors import EnvironmentFault, IntegrityError, NetworkError, NoSolutionError


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


class OfflineError(NetworkError):
    """`--offline`, and the store does not hold what is needed."""

    code = "offline"


class HashMismatchError(IntegrityError):
    """A file's digest or size is not the one promised."""

    code = "hash-mismatch"


class BadArchiveError(IntegrityError):
    """An archive that readers could understand differently, or that is damaged or hostile."""

    code = "bad-archive"


class MetadataMismatchError(IntegrityError):
    """A wheel's METADATA disagrees with its file name or with what the index said of it."""

    code = "metadata-mismatch"


class StoreError(EnvironmentFault):
    """The store cannot be used: no space, no permission, not ours."""

    code = "store"
