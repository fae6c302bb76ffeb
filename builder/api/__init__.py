"""How do programs ask for bundles? The public, typed Python API: functions, frozen values, errors.

Nothing is printed, no signal caught, the current folder stays; importing loads neither resolver nor HTTP.
Functions may run in several threads and processes at once, with one cache.
"""

from builder.api.bundling import build_bundle, lock, resolve
from builder.api.inspecting import inspect_bundle
from builder.api.options import Cache, Indexes, Resolving
from builder.api.projects import build_project, read_build
from builder.api.values import (
    BuiltBundle,
    BuiltFile,
    BuiltFunction,
    BuiltLayer,
    BuiltProject,
    Inspected,
    Locked,
    Package,
    ProjectRun,
    Resolved,
)
from builder.composing.talk import Quiet, Talk
from builder.ports import Progress
from manylinux.audit.finding import Finding, Severity
from manylinux.errors import (
    BuildError,
    EnvironmentFault,
    ExitStatus,
    IntegrityError,
    LbuildError,
    NetworkError,
    NoSolutionError,
    SeveralErrors,
    UsageError,
)

__all__ = [
    "BuildError",
    "BuiltBundle",
    "BuiltFile",
    "BuiltFunction",
    "BuiltLayer",
    "BuiltProject",
    "Cache",
    "EnvironmentFault",
    "ExitStatus",
    "Finding",
    "Indexes",
    "Inspected",
    "IntegrityError",
    "LbuildError",
    "Locked",
    "NetworkError",
    "NoSolutionError",
    "Package",
    "Progress",
    "ProjectRun",
    "Quiet",
    "Resolved",
    "Resolving",
    "SeveralErrors",
    "Severity",
    "Talk",
    "UsageError",
    "build_bundle",
    "build_project",
    "inspect_bundle",
    "lock",
    "read_build",
    "resolve",
]
