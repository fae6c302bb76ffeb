"""Bundles that do not run: raised by `lbuild try`."""

from manylinux.errors import EnvironmentFault, FunctionFault, IntegrityError


class WrongMachineError(EnvironmentFault):
    """The bundle's compiled files are for another machine than this one."""

    code = "wrong-machine"


class DoesNotLoadError(IntegrityError):
    """A function did not come as far as its handler, or a module did not import."""

    code = "does-not-load"


class FunctionFailedError(FunctionFault):
    """A handler raised, ended its process or took too long."""

    code = "function-failed"
