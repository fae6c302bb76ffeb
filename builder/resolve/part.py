"""Which pins of a resolution some of its requests need: that of several askers, seen by one of them."""

from collections.abc import Callable, Mapping, Sequence

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from builder.model import Pin, Request
from builder.resolve.demands import Dependencies, applies
from builder.resolve.metadata import CoreMetadata, read_metadata
from builder.resolve.world import name_and_version
from prebuilt_index.artefacts import IndexFile


class Part:
    """One resolution with the core metadata of its files, asked for any of its requests."""

    def __init__(
        self,
        pins: Sequence[Pin],
        core_metadata: Mapping[NormalizedName, bytes],
        environment: Mapping[str, str],
        direct: Callable[[Request], IndexFile],
    ) -> None:
        self._pins = {pin.name: pin for pin in pins}
        self._metadata = {name: read_metadata(data) for name, data in core_metadata.items()}
        self._environment = environment
        self._dependencies = Dependencies(environment)
        self._direct = direct
        self._known: dict[tuple[NormalizedName, frozenset[NormalizedName]], tuple[Requirement, ...]] = {}

    def needed_by(self, requests: Sequence[Request]) -> frozenset[NormalizedName]:
        """The projects that `requests`, which were among those of the resolution, reach on the target.

        A project that two requests ask for with different extras gets all of them. `direct` is asked for the
        files of references that name no project.
        """
        waiting = [self._asked(request) for request in requests if applies(request, self._environment)]
        extras: dict[NormalizedName, frozenset[NormalizedName]] = {}
        while waiting:
            name, wanted = waiting.pop()
            known = extras.get(name)
            if known is not None and wanted <= known:
                continue
            extras[name] = wanted | (known or frozenset())
            waiting += (
                (canonicalize_name(each.name), frozenset(map(canonicalize_name, each.extras)))
                for each in self._requirements(name, extras[name])
            )
        return frozenset(extras)

    def _asked(self, request: Request) -> tuple[NormalizedName, frozenset[NormalizedName]]:
        extras = frozenset(map(canonicalize_name, request.extras))
        if request.requirement is not None:
            return canonicalize_name(request.requirement.name), extras
        return name_and_version(self._direct(request))[0], extras

    def _requirements(
        self, name: NormalizedName, extras: frozenset[NormalizedName]
    ) -> tuple[Requirement, ...]:
        """What the project asks for; its requirements on itself (`all = ["x[a,b]"]`) are followed here."""
        key = (name, extras)
        if key not in self._known:
            metadata: CoreMetadata = self._metadata[name]
            while True:
                found = tuple(self._dependencies.applying(metadata.requires_dist, extras))
                own = [each for each in found if canonicalize_name(each.name) == name]
                more = extras.union(canonicalize_name(extra) for each in own for extra in each.extras)
                if more == extras:
                    break
                extras = more
            self._known[key] = tuple(each for each in found if each not in own)
        return self._known[key]
