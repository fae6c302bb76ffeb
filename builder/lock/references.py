"""Direct references as a lock writes them (archive, vcs, directory), and as one URL elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from packaging.pylock import PackageArchive, PackageDirectory, PackageVcs

from builder.lock.places import Place
from prebuilt_index.urls import without_credentials

ARCHIVES = (".whl", ".tar.gz", ".tgz", ".zip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A direct reference, taken apart."""

    url: str
    """Without revision and fragment; `git+https:` and the like for a repository, else `https:` or `file:`."""
    revision: str | None = None
    hashes: Mapping[str, str]
    subdirectory: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """The parts of `git+https://host/x@revision#subdirectory=a`, `https://host/x.zip#sha256=...`."""
        bare, _, fragment = text.partition("#")
        options = dict(part.partition("=")[::2] for part in fragment.split("&"))
        url, revision = bare, None
        if is_repository(bare):
            path, at, found = urlsplit(bare).path.rpartition("@")
            if at:
                url, revision = bare.replace(f"{path}@{found}", path, 1), found
        return cls(
            url=url,
            revision=revision,
            hashes={key: value for key, value in options.items() if key.startswith("sha")},
            subdirectory=options.get("subdirectory"),
        )


def is_repository(url: str) -> bool:
    """Whether a URL is one of version control: `git+...:`."""
    return "+" in urlsplit(url).scheme


def entry(
    reference: Reference, requested: str | None, size: int | None, place: Place
) -> PackageVcs | PackageArchive | PackageDirectory:
    """The entry of a lock for a reference; `requested` is the revision a person asked for."""
    path = place.path_of(reference.url)
    if is_repository(reference.url):
        system, _, url = reference.url.partition("+")
        return PackageVcs(
            type=system,
            url=url,
            requested_revision=requested,
            commit_id=reference.revision or "",
            subdirectory=reference.subdirectory,
        )
    if path is None or reference.url.lower().endswith(ARCHIVES):
        return PackageArchive(
            url=without_credentials(reference.url) if path is None else None,
            path=path,
            size=size,
            hashes=dict(reference.hashes),
            subdirectory=reference.subdirectory,
        )
    return PackageDirectory(path=path or reference.url, subdirectory=reference.subdirectory)


def url_of(source: PackageVcs | PackageArchive | PackageDirectory, place: Place) -> str:
    """The URL of an entry, with the commit of a repository and without a fragment."""
    if isinstance(source, PackageVcs):
        return f"{source.type}+{_location(source, place)}@{source.commit_id}"
    if isinstance(source, PackageDirectory):
        return place.url_of(source.path).rstrip("/") + "/"
    return _location(source, place)


def _location(source: PackageVcs | PackageArchive, place: Place) -> str:
    return source.url or place.url_of(source.path or "")
