"""Which version and which file of every project, for one target. Pure: facts come in through a port.

    resolution = resolve(requests, constraints, target, options, facts)

`demands` reads requirements; `releases`, `judging` and `projects` weigh the files of a page; `pool` makes
candidates of them and `provider` hands those to resolvelib; `pins` and `skips` tell what came out, and
`reasons` and `failure` what did not. `solve` gives all of that to who wants to know more than the pins.
"""

from builder.resolve.part import Part
from builder.resolve.resolve import Solution, resolve, solve

__all__ = ["Part", "Solution", "resolve", "solve"]
