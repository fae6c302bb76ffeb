"""`uv.lock`: what of it is for a target, as the Pylock that every lock is built from."""

from builder.lock.uv.convert import pylock_of_uv

__all__ = ["pylock_of_uv"]
