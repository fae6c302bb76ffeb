"""The fault table: each way in which an index can misbehave, and what a user sees of it."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from factories.indexes import DEMO, HASTY, PATIENT, blobs, make_client
from factories.patience import FOR_EVER
from factories.wheels import make_wheel
from manylinux.errors import ExitStatus, LbuildError
from prebuilt_index.transport.port import HttpPolicy
from servers import faults
from servers.index_server import IndexServer

WHEEL = "demo-1.0-py3-none-any.whl"
CONTENT = make_wheel("demo", "1.0")
METADATA = b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"
PAGES, FILES, SIDECARS = "/simple/*", "*.whl", "*.metadata"


class Case(NamedTuple):
    """A fault, where it strikes and how often; the exit status it leads to, and words of the message."""

    name: str
    fault: faults.Fault
    on: str
    status: ExitStatus
    words: str = ""
    times: float = float("inf")
    policy: HttpPolicy = PATIENT


OK, NO_SOLUTION, NETWORK, INTEGRITY = (
    ExitStatus.OK,
    ExitStatus.NO_SOLUTION,
    ExitStatus.NETWORK,
    ExitStatus.INTEGRITY,
)
CASES = [
    *[
        Case(f"{code} once on {on}", faults.status(code), on, OK, times=1)
        for code in (408, 429, 500, 502, 503, 504, 520)
        for on in (PAGES, FILES, SIDECARS)
    ],
    *[
        Case(f"{code} always on {on}", faults.status(code), on, NETWORK, f"answered {code} (4 tries)")
        for code in (429, 500, 503)
        for on in (PAGES, FILES, SIDECARS)
    ],
    *[
        Case(f"{code} on {on}", faults.status(code), on, NETWORK, words)
        for code, words in ((401, "(401)"), (403, "(403)"), (410, "is gone"), (451, "answered 451"))
        for on in (PAGES, FILES, SIDECARS)
    ],
    *[
        Case(f"Retry-After: {value}", faults.status(503, retry_after=value), PAGES, OK, times=1)
        for value in ("0", "1000000000", "-3", "soon", "Fri, 15 Jan 2027 08:00:00 GMT", "")
    ],
    Case("unknown project", faults.status(404), PAGES, NO_SOLUTION, "no index knows"),
    Case("listed file is not there", faults.status(404), FILES, NETWORK, "is not there (404)"),
    Case("metadata file is not there", faults.status(404), SIDECARS, OK),
    *[Case(f"cut once on {on}", faults.cut(20), on, OK, times=1) for on in (PAGES, FILES, SIDECARS)],
    *[
        Case(f"cut always on {on}", faults.cut(20), on, NETWORK, "was cut off after")
        for on in (PAGES, SIDECARS)
    ],
    Case(
        "file without validator always cut", faults.always_cut(20), FILES, NETWORK, "was cut off after 20 of"
    ),
    Case("captive portal", faults.captive_portal(), PAGES, NETWORK, "not an index page: text/html, no links"),
    Case("captive portal for a file", faults.captive_portal(), FILES, INTEGRITY, WHEEL),
    Case("captive portal for metadata", faults.captive_portal(), SIDECARS, INTEGRITY, "metadata file"),
    Case("HTML that says it is JSON", faults.html_as_json(), PAGES, NETWORK, "not valid JSON"),
    *[
        Case(f"304 to a plain question on {on}", faults.unasked_304(), on, NETWORK, "answered 304")
        for on in (PAGES, FILES, SIDECARS)
    ],
    Case("304 once", faults.unasked_304(), PAGES, OK, times=1),
    *[
        Case(f"redirect loop on {on}", faults.redirect("{path}"), on, NETWORK, "more than 10 times")
        for on in (PAGES, FILES, SIDECARS)
    ],
    Case("redirect to a local file", faults.redirect("file:///etc/passwd"), PAGES, NETWORK, "not followed"),
    Case(
        "wrong sha256 on the page", faults.files_say(hashes={"sha256": "0" * 64}), PAGES, INTEGRITY, "sha256"
    ),
    Case(
        "malformed sha256 on the page",
        faults.files_say(hashes={"sha256": "0"}),
        PAGES,
        NETWORK,
        "without a usable hash",
    ),
    Case("wrong size on the page", faults.files_say(size=3), PAGES, INTEGRITY, "size"),
    Case("truncated file", faults.truncated(100), FILES, INTEGRITY, "size"),
    Case("bit flip in a file", faults.bit_flipped(50), FILES, INTEGRITY, "sha256"),
    Case("longer file", faults.longer(b"x" * 99), FILES, INTEGRITY, "size"),
    Case("compressed file", faults.gzipped(), FILES, INTEGRITY, WHEEL),
    Case("other metadata file", faults.body(b"Name: evil\n"), SIDECARS, INTEGRITY, "metadata file"),
    Case(
        "hostile file name", faults.files_say(filename="../../x.whl"), PAGES, INTEGRITY, "one path component"
    ),
    Case(
        "file URL of this machine",
        faults.files_say(url="file:///etc/passwd"),
        PAGES,
        NETWORK,
        "without a URL that can be fetched",
    ),
    Case("API 2.0", faults.api_version("2.0"), PAGES, NETWORK, "version 2.0"),
    Case("API 1.9", faults.api_version("1.9"), PAGES, OK),
    Case("quarantined", faults.quarantined("malware"), PAGES, NO_SOLUTION, "quarantined"),
    Case("yanked", faults.files_say(yanked="broken"), PAGES, OK),
    *[
        Case(f"silence on {on}", faults.hang(FOR_EVER), on, NETWORK, "sent nothing for", policy=HASTY)
        for on in (PAGES, FILES, SIDECARS)
    ],
    *[
        Case(f"a byte at a time on {on}", faults.drip(1, 0.02), on, NETWORK, "sends too slowly", policy=HASTY)
        for on in (PAGES, FILES, SIDECARS)
    ],
]


def fetch_all(store: Path, server: IndexServer, policy: HttpPolicy = PATIENT) -> dict[str, Any]:
    """What a build needs of demo: its page, its metadata, its file."""
    with make_client(store, server, policy=policy) as client:
        page = client.page(DEMO)
        if not page.files:
            raise LookupError("no file")
        file = page.files[0]
        metadata = client.core_metadata(file)
        return {"metadata": metadata, "file": client.download(file).read_bytes(), "yanked": file.yanked}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_misbehaving_index(case: Case, tmp_path: Path) -> None:
    """The right exit status and words; no secret shown, nothing kept; and the next healthy run works."""
    with IndexServer() as server:
        server.add("demo", WHEEL, CONTENT, metadata=METADATA)
        server.fail(case.fault, on=case.on, times=case.times)
        status, told = outcome(tmp_path, server, case.policy)

        assert status is case.status
        assert case.words in told
        assert len(blobs(tmp_path)) == (1 if status is OK else 0)

        server.heal()
        healthy = fetch_all(tmp_path / "other", server)
        with make_client(tmp_path, server, refresh=True) as client:
            again = client.download(client.page(DEMO).files[0])

        assert healthy["file"] == again.read_bytes() == CONTENT


def outcome(store: Path, server: IndexServer, policy: HttpPolicy) -> tuple[ExitStatus, str]:
    """Exit status and message of a run."""
    try:
        fetch_all(store, server, policy)
    except LookupError as error:
        return NO_SOLUTION, str(error)
    except LbuildError as error:
        return error.status, "\n".join((error.summary, *error.evidence, error.hint or ""))
    return OK, ""
