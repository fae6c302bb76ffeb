"""The world as the pipeline asks for it: an index client and a wheel builder behind one IndexFacts.

The circle in which a resolver needs metadata, metadata of an sdist needs a build, and a build needs files, is
joined here. Both partners are made on first use: a warm build needs neither.
"""

import hashlib
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit, urlunsplit

from packaging.utils import NormalizedName

from builder.errors import InvalidRequirementError
from builder.model import Request
from prebuilt_index.artefacts import IndexFile, ProjectPage
from prebuilt_index.errors import HashMismatchError
from prebuilt_index.store import digest_of_blob
from prebuilt_index.urls import local_path, redacted, without_credentials

if TYPE_CHECKING:
    from builder.build import BuiltWheel, PureBuilder
    from prebuilt_index.index.client import IndexClient
    from prebuilt_index.index.source import Stamp

ARCHIVES = (".tar.gz", ".tgz", ".zip")


class World:
    """RememberingFacts over real indexes and real builds. Every method may be called from any thread."""

    def __init__(
        self,
        make_client: Callable[[], "IndexClient"],
        make_builder: Callable[[], "PureBuilder"],
        leave_out: tuple[Path, ...],
    ) -> None:
        self._make_client = make_client
        self._make_builder = make_builder
        self._leave_out = leave_out
        """Never part of a local project: the bundle being made."""
        self._lock = threading.Lock()
        self._directs: dict[tuple[str, str | None, frozenset[str]], IndexFile] = {}

    @cached_property
    def client(self) -> "IndexClient":
        return self._make_client()

    @cached_property
    def builder(self) -> "PureBuilder":
        return self._make_builder()

    def close(self) -> None:
        """No request is under way any more."""
        if "client" in self.__dict__:
            self.client.close()

    # -- IndexFacts ------------------------------------------------------------------------------------

    def page(self, project: NormalizedName) -> ProjectPage:
        return self.client.page(project)

    def stamps(self, projects: Sequence[NormalizedName]) -> Mapping[NormalizedName, "Stamp"]:
        return self.client.stamps(projects)

    def doubt(self, projects: Sequence[NormalizedName]) -> Sequence[NormalizedName]:
        return self.client.doubt(projects)

    def core_metadata(self, file: IndexFile) -> bytes:
        if file.is_wheel:
            return self.client.core_metadata(file)
        archive = self.client.download(file)
        return self.builder.metadata_of_sdist(archive, file.filename)

    def direct(self, request: Request) -> IndexFile:
        url = reference_of(request)
        key = (url, request.subdirectory, request.hashes)
        # Two threads asking at once would build twice; one build at a time is what a machine can bear anyway.
        with self._lock:
            if key not in self._directs:
                self._directs[key] = self._direct(url, request)
            return self._directs[key]

    def hint(self, projects: Iterable[NormalizedName]) -> None:
        self.client.hint(projects)

    def hint_metadata(self, files: Iterable[IndexFile]) -> None:
        self.client.hint_metadata(file for file in files if file.is_wheel)

    # -- files -----------------------------------------------------------------------------------------

    def obtain(self, file: IndexFile, on_bytes: Callable[[int], None]) -> tuple[Path, str, str]:
        """Where the wheel of `file` is, its file name and its sha256: downloaded, or built of an sdist.

        `on_bytes` hears how many bytes came, and 0 while something is built; what it raises stops the work.
        """
        path = self.client.download(file, on_bytes)
        if file.is_wheel:
            return path, file.filename, digest_of_blob(path)
        built = self.builder.from_sdist(path, file.filename, pulse=lambda: on_bytes(0))
        return built.path, built.filename, built.sha256

    # -- direct references -----------------------------------------------------------------------------

    def _direct(self, url: str, request: Request) -> IndexFile:
        scheme = urlsplit(url).scheme.lower()
        if "+" in scheme:
            built = self.builder.from_vcs(
                url, subdirectory=request.subdirectory, config_settings=request.config_settings
            )
            return _built(built, exact_reference(url, request, commit=built.commit))
        # A folder may be called anything, `demo.zip` too.
        if scheme == "file" and (url.endswith("/") or local_path(url).is_dir()):
            return self._direct_folder(url, request)
        filename = unquote(urlsplit(url).path.rpartition("/")[2])
        if filename.endswith(".whl"):
            return self._direct_wheel(url, filename, request)
        if filename.lower().endswith(ARCHIVES):
            return self._direct_sdist(url, filename, request)
        raise InvalidRequirementError(
            f"`{redacted(url)}` is neither a wheel nor an sdist that lbuild can read",
            evidence=[f"asked for in {request.origin}", f"known: .whl, {', '.join(ARCHIVES)}"],
            hint="Name a file of one of these kinds, or the repository as `git+https://...`",
        )

    def _direct_wheel(self, url: str, filename: str, request: Request) -> IndexFile:
        path = self._downloaded(url, filename, request)
        digest = digest_of_blob(path)
        return IndexFile(
            filename=filename,
            url=without_credentials(url),
            hashes={"sha256": digest},
            size=path.stat().st_size,
            direct=exact_reference(url, request, sha256=digest),
        )

    def _direct_sdist(self, url: str, filename: str, request: Request) -> IndexFile:
        archive = self._downloaded(url, filename, request)
        built = self.builder.from_sdist(
            archive,
            filename,
            promised=False,
            subdirectory=request.subdirectory,
            config_settings=request.config_settings,
        )
        return _built(built, exact_reference(url, request, sha256=digest_of_blob(archive)))

    def _downloaded(self, url: str, filename: str, request: Request) -> Path:
        """Where the store has the file of a direct reference, with one of the hashes that were asked for."""
        path = self.client.download(
            IndexFile(filename=filename, url=url, hashes=_only_hash(request), direct=url)
        )
        _check_hashes(path, request)
        return path

    def _direct_folder(self, url: str, request: Request) -> IndexFile:
        built = self.builder.from_directory(
            local_path(url),
            subdirectory=request.subdirectory,
            config_settings=request.config_settings,
            leave_out=self._leave_out,
        )
        return _built(built, exact_reference(url, request))


def reference_of(request: Request) -> str:
    """The URL of a direct reference, named or not."""
    if request.direct is not None:
        return request.direct
    assert request.requirement is not None
    assert request.requirement.url is not None
    return request.requirement.url


def exact_reference(
    url: str, request: Request, *, commit: str | None = None, sha256: str | None = None
) -> str:
    """A reference that stands for the same bytes tomorrow, as a lock needs it; free of credentials.

    A repository's has its commit (`git+https://host/x@<commit>`), an archive's its hash (`#sha256=...`).
    """
    bare = without_credentials(url) if commit is None else _at_commit(url, commit)
    given = {"sha256": sha256, "subdirectory": request.subdirectory}
    fragment = "&".join(f"{key}={value}" for key, value in given.items() if value)
    return f"{bare}#{fragment}" if fragment else bare


def _at_commit(url: str, commit: str) -> str:
    """A repository's URL with this revision; of a login only the user name that ssh needs is left."""
    parts = urlsplit(url.partition("#")[0])
    login, at, host = parts.netloc.rpartition("@")
    user = login.partition(":")[0] if parts.scheme.endswith("ssh") else ""
    path, revised, _ = parts.path.rpartition("@")
    return urlunsplit(
        parts._replace(
            netloc=f"{user}{at}{host}" if user else host,
            path=f"{path if revised else parts.path}@{commit}",
        )
    )


def _built(built: "BuiltWheel", url: str) -> IndexFile:
    return IndexFile(
        filename=built.filename,
        url=built.path.as_uri(),
        hashes={"sha256": built.sha256},
        size=built.path.stat().st_size,
        direct=url,
    )


def _only_hash(request: Request) -> dict[str, str]:
    """The one hash a direct file must have; of several, which are alternatives, any will do."""
    if len(request.hashes) != 1:
        return {}
    algorithm, _, digest = next(iter(request.hashes)).partition(":")
    return {algorithm: digest}


def _check_hashes(path: Path, request: Request) -> None:
    """Raises HashMismatchError when hashes are asked for and the file at `path` has none of them."""
    if not request.hashes:
        return
    got = set()
    for algorithm in {each.partition(":")[0] for each in request.hashes}:
        with path.open("rb") as file:
            got.add(f"{algorithm}:{hashlib.file_digest(file, algorithm).hexdigest()}")
    if got.isdisjoint(request.hashes):
        raise HashMismatchError(
            f"`{redacted(reference_of(request))}` has none of the hashes that were promised",
            evidence=[
                f"asked for in {request.origin}",
                *(f"expected {each}" for each in sorted(request.hashes)),
                *(f"got {each}" for each in sorted(got)),
            ],
            hint="If the file was meant to change, write down its new hash",
        )
