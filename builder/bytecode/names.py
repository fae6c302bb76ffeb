"""Which files are modules, and where an interpreter looks for their bytecode (PEP 3147). Pure."""

SOURCELESS = "sourceless"
"""The rule by which a source gives way to its bytecode."""


def is_module(path: str) -> bool:
    """Whether an interpreter might import the file at this library path.

    Migrations begin with digits, and are imported by name all the same; what has a dot in its folder's name
    cannot be.
    """
    *folders, name = path.split("/")
    stem, _, ending = name.partition(".")
    return bool(stem) and ending == "py" and not any("." in each or each == "__pycache__" for each in folders)


def beside(path: str, cache_tag: str) -> str:
    """Where the bytecode of the source at `path` belongs: `a/__pycache__/b.cpython-313.pyc`."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}__pycache__/{name.removesuffix('.py')}.{cache_tag}.pyc"


def instead(path: str) -> str:
    """Where bytecode is found that has no source: `a/b.pyc`."""
    return f"{path}c"
