"""The files of a resolution, downloaded in parallel, verified once, kept in the store."""
