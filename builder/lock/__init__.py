"""A resolution written as, and read from, a PEP 751 lock file.

text = write(to_pylock(resolution, requests, folder))
pylock = read_pylock(data, "pylock.toml")
resolution = resolution_from_pylock(pylock, target, place, facts.direct)
reasons = mismatches(pylock, target, requests, constraints, place)
"""

from builder.lock.matching import mismatches
from builder.lock.places import Place
from builder.lock.reading import UV_LOCK, read_lock, read_pylock
from builder.lock.selecting import resolution_from_pylock
from builder.lock.writing import to_pylock, without_hash, write

__all__ = [
    "UV_LOCK",
    "Place",
    "mismatches",
    "read_lock",
    "read_pylock",
    "resolution_from_pylock",
    "to_pylock",
    "without_hash",
    "write",
]
