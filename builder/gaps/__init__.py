"""Which projects have no wheel that loads on a target, why, and what could make one?

page of a project ── judging ── fates, one for each target ── helping ── recipe, or a backend ── text, JSON
"""
