"""The store's folder: made private, marked as a cache, and refused when it is someone else's."""

import os
import stat
import sys

from prebuilt_index.errors import StoreError
from prebuilt_index.store import durable
from prebuilt_index.store.blobs import is_digest

TAG = "CACHEDIR.TAG"
_TAG_CONTENT = b"""Signature: 8a477f597d28d172789f06886806bc55
# This file is a cache directory tag created by lbuild.
# For information about cache directory tags see https://bford.info/cachedir/
"""


def prepare(root: str, buckets: frozenset[str]) -> bool:
    """Whether `root`, now a store's folder that belongs to the user, can be written to.

    A folder that holds nothing but what a store holds lost its tag, and gets it again: `clean` took it from
    under a running process. Raises StoreError when it is not lbuild's, belongs to another user, or cannot be
    made.
    """
    with durable.told(root, "make the store"):
        os.makedirs(root, 0o700, exist_ok=True)
        _refuse_other_owner(root)
        writable = os.access(root, os.W_OK | os.X_OK)
        if is_ours(root):
            return writable
        _refuse_content(root, buckets)
        _mark(root)
    return True


def is_ours(root: str) -> bool:
    """Whether the folder carries lbuild's cache tag."""
    try:
        descriptor = durable.open_regular(f"{root}/{TAG}")
    except FileNotFoundError:
        return False
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(len(_TAG_CONTENT) + 1)
    if content and content != _TAG_CONTENT:
        raise not_ours(root, f"its `{TAG}` is another program's")
    return bool(content)


def _mark(root: str) -> None:
    os.chmod(root, 0o700)
    temporary = temporary_path(root)
    descriptor = durable.create(temporary)
    try:
        durable.write_all(descriptor, _TAG_CONTENT)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.replace(temporary, f"{root}/{TAG}")


def _refuse_other_owner(root: str) -> None:
    """Whoever owns the folder decides what is in it; only root is trusted beside the user."""
    seen = os.stat(root)
    if not stat.S_ISDIR(seen.st_mode):
        raise NotADirectoryError(20, "Not a directory", root)
    if sys.platform != "win32" and seen.st_uid not in (os.geteuid(), 0):
        raise StoreError(
            f"The store `{root}` belongs to another user",
            evidence=(f"its owner is user {seen.st_uid}, lbuild runs as user {os.geteuid()}",),
            hint="Name a folder of your own with `--cache-dir`",
        )


def _refuse_content(root: str, buckets: frozenset[str]) -> None:
    foreign = sorted(name for name in os.listdir(root) if not _is_own(root, name, buckets))
    # Another process may have marked the same new folder meanwhile.
    if foreign and not is_ours(root):
        raise not_ours(root, f"it holds `{foreign[0]}` and no `{TAG}`")


def _is_own(root: str, name: str, buckets: frozenset[str]) -> bool:
    """Whether a store made what has this name; `tmp` and `locks` could be anybody's: look inside."""
    if name == TAG or name in buckets:
        return True
    own_form = {"tmp": _is_temporary, "locks": is_digest}.get(name)
    return own_form is not None and all(map(own_form, os.listdir(f"{root}/{name}")))


def temporary_path(root: str) -> str:
    """A path in `tmp/` that nobody else uses."""
    return f"{root}/tmp/{os.getpid()}-{os.urandom(8).hex()}"


def _is_temporary(name: str) -> bool:
    process, _, rest = name.partition("-")
    return process.isdecimal() and len(rest) == 16 and not rest.strip("0123456789abcdef")


def not_ours(root: str, why: str) -> StoreError:
    return StoreError(
        f"The folder `{root}` is not a store of lbuild",
        evidence=(why,),
        hint="Name an empty or a new folder with `--cache-dir`",
    )
