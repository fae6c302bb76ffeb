"""The files of a resolution, downloaded in parallel, verified once, kept in the store."""

from builder.fetch.fetch import Supply, fetch

__all__ = ["Supply", "fetch"]
