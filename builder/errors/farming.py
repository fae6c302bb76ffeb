"""Wheels that an index does not get: raised by `builder.farm`."""

from manylinux.errors import BuildError, EnvironmentFault


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
