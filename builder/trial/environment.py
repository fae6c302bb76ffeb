"""The environment variables of a function: Lambda's, the function's own, nothing of this machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from builder.trial.values import Function, Tree

NAME = "lbuild-try"
REGION = "us-east-1"
MEMORY = "1769"
"""Megabytes: what gives a function one whole processor."""
ARN = f"arn:aws:lambda:{REGION}:123456789012:function:{NAME}"
_OURS = ("/var/task", "/opt", "/var/runtime", "/var/lang")
_SYSTEM = ("/lib64", "/usr/lib64", "/lib/{machine}-linux-gnu", "/usr/lib/{machine}-linux-gnu")
"""Where this machine may have what Lambda has in `/lib64`; before a bundle's own libraries, as there."""


_NOWHERE = "127.0.0.1:9"
"""A Runtime API that nobody asks."""


def environment(function: Function, tree: Tree) -> dict[str, str]:
    """All that a function sees of its environment, besides where the Runtime API is."""
    runtime, interpreter = function.runtime, function.interpreter
    system = [folder.format(machine=interpreter.machine) for folder in _SYSTEM]
    own = [str(tree.at(path)) for path in ("/var/runtime", "/var/runtime/lib")]
    bundled = [str(tree.at(path)) for path in ("/var/task", "/var/task/lib", "/opt/lib")]
    variables = {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": ":".join(
            [str(interpreter.path.parent), "/usr/local/bin", "/usr/bin", "/bin", str(tree.at("/opt/bin"))]
        ),
        "LD_LIBRARY_PATH": ":".join([interpreter.lib, *system, *own, *bundled]),
        "LAMBDA_TASK_ROOT": str(tree.task),
        "LAMBDA_RUNTIME_DIR": str(tree.at("/var/runtime")),
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_LAMBDA_FUNCTION_NAME": NAME,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": MEMORY,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{NAME}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "1980/01/01/[$LATEST]00000000000000000000000000000000",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        # Lambda's are the role's; here nobody's, and nobody's are looked for.
        "AWS_EC2_METADATA_DISABLED": "true",
        "HOME": str(tree.at("/home/sbx_user1051")),
        "TMPDIR": str(tree.at("/tmp")),
        # The folders cannot be written to; as root they can.
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    fixed = {
        "_HANDLER": function.handler,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime.id}",
        "AWS_LAMBDA_RUNTIME_API": _NOWHERE,
    }
    return variables | _here(function.variables, tree) | fixed


def _here(chosen: Mapping[str, str], tree: Tree) -> dict[str, str]:
    """The function's own variables; search paths that name Lambda's folders lead to those here."""
    lists = ("PYTHONPATH", "LD_LIBRARY_PATH", "PATH")
    return {
        name: ":".join(_folder_here(each, tree) for each in value.split(":")) if name in lists else value
        for name, value in chosen.items()
    }


def _folder_here(path: str, tree: Tree) -> str:
    is_ours = any(path == ours or path.startswith(f"{ours}/") for ours in _OURS)
    return os.fspath(tree.at(path)) if is_ours else path
