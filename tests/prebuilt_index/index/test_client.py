"""The client as a whole: work begun early is joined, and what the store knows costs no HTTP library."""

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from factories.indexes import DEMO, HASTY, NO_KEYRING, PATIENT, make_client
from factories.patience import FOR_EVER, no_hang
from factories.wheels import make_wheel
from prebuilt_index.errors import IndexUnreachableError
from prebuilt_index.index.background import Once, Workers
from prebuilt_index.index.client import IndexClient, IndexSettings
from prebuilt_index.store import Store
from servers import faults
from servers.index_server import IndexServer

WHEEL = "demo-1.0-py3-none-any.whl"


def test_a_hint_is_joined_not_repeated(tmp_path: Path) -> None:
    """Pages and metadata are each asked for once, whoever asks first."""
    with IndexServer() as server:
        for number in range(20):
            server.add(f"p{number}", f"p{number}-1.0-py3-none-any.whl", make_wheel(f"p{number}", "1.0"))
        names = [f"p{number}" for number in range(20)]
        with make_client(tmp_path, server) as client:
            client.hint(names)
            files = [client.page(name).files[0] for name in names]
            client.hint_metadata(files)
            contents = [client.core_metadata(file) for file in files]

        assert all(
            f"Name: {name}\n".encode() in content for name, content in zip(names, contents, strict=True)
        )
        assert len(server.requests) == len(set(server.paths())) == 40


def test_many_threads_get_one_answer(tmp_path: Path) -> None:
    """And send one request."""
    with IndexServer() as server:
        server.add("demo", WHEEL, make_wheel("demo", "1.0"))
        with make_client(tmp_path, server) as client, ThreadPoolExecutor(8) as threads:
            pages = list(threads.map(client.page, [DEMO] * 50))

        assert len({id(page) for page in pages}) == 1
        assert len(server.requests) == 1


def test_a_failed_hint_is_told_to_who_asks(tmp_path: Path) -> None:
    """Not before, and not by the wrong page."""
    with IndexServer() as server:
        server.add("demo", WHEEL, b"")
        server.add("good", "good-1.0.zip", b"")
        server.fail(faults.status(500), on="/simple/demo/")
        with make_client(tmp_path, server) as client:
            client.hint(["demo", "good"])

            assert len(client.page("good").files) == 1
            with pytest.raises(IndexUnreachableError):
                client.page(DEMO)


def test_close_does_not_wait_for_what_was_hinted(tmp_path: Path) -> None:
    """The index may hang as long as it likes."""
    policy = replace(HASTY, read_timeout=FOR_EVER, patience=FOR_EVER, deadline=FOR_EVER)
    with IndexServer() as server, no_hang():
        server.fail(faults.hang(FOR_EVER))
        with make_client(tmp_path, server, policy=policy) as client:
            client.hint([f"p{number}" for number in range(50)])


def test_after_close_nothing_is_asked_and_nothing_written(tmp_path: Path) -> None:
    """Hints nobody came back to end with the run; a private store that was removed stays so."""
    with IndexServer() as server:
        names = [f"p{number}" for number in range(20)]
        for name in names:
            server.add(name, f"{name}-1.0.zip", b"")
        server.fail(faults.hang(0.02))
        with Store.temporary() as store:
            settings = IndexSettings(indexes=(server.index_url,), policy=PATIENT, http=NO_KEYRING)
            with IndexClient(store, settings) as client:
                client.hint(names)
                client.page(names[0])
            asked = len(server.requests)
        time.sleep(0.1)

        assert len(server.requests) == asked < len(names)
        assert not store.root.exists()
        with pytest.raises(IndexUnreachableError, match="lbuild is ending"):
            client.page(names[-1])


def test_what_is_asked_for_overtakes_what_was_hinted() -> None:
    """A result that no thread has begun to find is found by who needs it."""
    workers, begun, gate = Workers(1), threading.Event(), threading.Event()
    results: Once[str] = Once(workers)

    def slow() -> str:
        begun.set()
        gate.wait(5)
        return "found early"

    results.hint("slow", slow)
    begun.wait(5)
    results.hint("wanted", lambda: "never begun")
    wanted = results.ask("wanted", lambda: "found by who asks")
    gate.set()

    assert wanted == "found by who asks"
    assert results.ask("slow", lambda: "found again") == "found early"
    workers.close()


def test_a_warm_run_loads_no_http_library(tmp_path: Path) -> None:
    """urllib3 and ssl take 80 ms to load; pages, metadata and files in the store need neither."""
    with IndexServer(max_age=1000) as server:
        server.add("demo", WHEEL, make_wheel("demo", "1.0"))
        with make_client(tmp_path, server) as client:
            file = client.page(DEMO).files[0]
            client.core_metadata(file)
            client.download(file)
        script = f"""
import sys
from pathlib import Path
from prebuilt_index.index.client import IndexClient, IndexSettings
from prebuilt_index.store import Store
settings = IndexSettings(indexes=({server.index_url!r},))
with IndexClient(Store.open(Path({str(tmp_path)!r})), settings) as client:
    client.stamps(["demo"])
    file = client.page("demo").files[0]
    client.core_metadata(file)
    client.download(file)
print(*sorted({{"urllib3", "ssl", "http.client", "html.parser", "truststore"}} & set(sys.modules)))
"""
        done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)

    assert done.stdout.strip() == ""
