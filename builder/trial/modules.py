"""Which modules a bundle offers to import, by the names of its files. Pure."""

from collections.abc import Iterable, Iterator

_EXTENSIONS = (".abi3.so", ".so")


def importable(paths: Iterable[str]) -> tuple[str, ...]:
    """The outermost modules among files of one folder of sys.path, sorted: `six`, `google.cloud.storage`.

    A folder without `__init__.py` is a namespace: of what it holds, packages and compiled modules count, and
    loose files do not, being examples and scripts more often than modules.
    """
    modules = {module for path in paths for module in _modules(path)}
    return tuple(sorted(name for name in modules if not any(outer in modules for outer in _outers(name))))


def _modules(path: str) -> Iterator[str]:
    *folders, name = path.split("/")
    stem = name.partition(".")[0]
    if name in ("__init__.py", "__init__.pyc"):
        parts = folders
    elif name.endswith(_EXTENSIONS):
        # `libz.so` is a library, `lib.cpython-312-x86_64-linux-gnu.so` a module.
        if name.count(".") == 1 and stem.startswith("lib"):
            return
        parts = [*folders, stem]
    elif name.endswith((".py", ".pyc")) and name.count(".") == 1 and not folders:
        parts = [stem]
    else:
        return
    if parts and all(part.isidentifier() for part in parts) and parts[-1] != "__main__":
        yield ".".join(parts)


def _outers(module: str) -> Iterator[str]:
    while module := module.rpartition(".")[0]:
        yield module
