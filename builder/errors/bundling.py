"""Files that do not become a bundle, or not one that loads: raised by auditing, compiling and linking."""

from manylinux.errors import EnvironmentFault, IntegrityError, NoSolutionError, UsageError


class SourceFileError(UsageError):
    """A file of the app's source that cannot be read, or cannot stand in a bundle."""

    code = "source-file"


class SourceLinkError(IntegrityError):
    """A symbolic link in the app's source points outside it."""

    code = "source-link"


class PathConflictError(NoSolutionError):
    """Two wheels, or a wheel and the source, put different bytes at one path."""

    code = "path-conflict"


class TooLargeError(NoSolutionError):
    """The bundle breaks a limit of Lambda."""

    code = "too-large"


class TooManyLayersError(NoSolutionError):
    """A function asks for more layers than Lambda takes."""

    code = "too-many-layers"


class WillNotLoadError(IntegrityError):
    """Compiled files of a bundle do not load on its target."""

    code = "will-not-load"


class NoInterpreterError(EnvironmentFault):
    """No Python of the runtime's minor version is on this machine, or in the image."""

    code = "no-interpreter"


class CompilerError(EnvironmentFault):
    """A Python of the runtime's minor version is there, and does not compile."""

    code = "compiler"


class OutputError(EnvironmentFault):
    """The output cannot be written."""

    code = "output"


class NotAsPlannedError(IntegrityError):
    """An output that was read again does not hold what was to be written."""

    code = "not-as-planned"
