"""The HTTP client against a server that misbehaves: redirects, credentials, pace, TLS."""

import gzip
import shutil
import socketserver
import ssl
import subprocess
import threading
import time
import tracemalloc
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from factories.indexes import HASTY, NO_KEYRING, PATIENT, make_session
from factories.patience import FOR_EVER, PATIENCE, no_hang
from manylinux.errors import LbuildError, UsageError
from prebuilt_index.errors import BadAnswerError, IndexRefusedError, IndexUnreachableError
from prebuilt_index.store import Store
from prebuilt_index.transport.port import HttpConfig, HttpPolicy
from prebuilt_index.transport.session import HttpSession
from prebuilt_index.urls import Credentials
from servers import faults
from servers.index_server import IndexServer, closed_port_url

FILE = b"0123456789" * 1000
SILENT = replace(HASTY, read_timeout=FOR_EVER, patience=FOR_EVER, deadline=FOR_EVER)
"""Nothing but an end from outside is met."""


def get(
    session_url: str, policy: HttpPolicy = PATIENT, config: HttpConfig = NO_KEYRING, limit: int = 10**6
) -> bytes:
    """The body at a URL, whose credentials are learned first."""
    session = make_session(policy, config)
    try:
        return session.get(session.learn(session_url), headers={}, limit=limit).body
    finally:
        session.close()


def with_userinfo(url: str, userinfo: str = "user:secret") -> str:
    """`url` with credentials in it."""
    return url.replace("://", f"://{userinfo}@")


def told(error: LbuildError) -> str:
    """All that a person would read."""
    return "\n".join((error.summary, *error.evidence, error.hint or ""))


# -- redirects ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_follows_redirects(code: int) -> None:
    """Each kind leads to the file, and the answer knows where it came from."""
    with IndexServer() as server:
        url = server.add("demo", "demo.bin", FILE)
        server.fail(faults.redirect("/files/demo.bin", code), on="/old")
        session = make_session()
        answer = session.get(f"{server.url}/old", headers={}, limit=10**6)
        session.close()

    assert answer.body == FILE
    assert answer.url == url


def test_ten_redirects_are_enough() -> None:
    """A loop ends after eleven requests."""
    with IndexServer() as server:
        server.fail(faults.redirect("/loop"))
        with pytest.raises(BadAnswerError, match="redirects more than 10 times"):
            get(f"{server.url}/loop")

        assert len(server.requests) == 11


@pytest.mark.parametrize(
    "to", ["file:///etc/passwd", "ftp://h.test/x", "javascript:x", "http://[bad/", "data:,x"]
)
def test_redirects_lead_to_http_only(to: str) -> None:
    """Anything else could read this machine's files."""
    with IndexServer() as server:
        server.fail(faults.redirect(to))
        with pytest.raises(BadAnswerError, match="redirects to"):
            get(f"{server.url}/x")


def test_a_redirect_without_an_address_is_a_fault() -> None:
    """It says where, or it is none."""
    with IndexServer() as server:
        server.fail(faults.status(302))
        with pytest.raises(BadAnswerError, match="says not where"):
            get(f"{server.url}/x")


# -- credentials -------------------------------------------------------------------------------------------


def test_credentials_of_the_url_are_sent_to_its_origin() -> None:
    """A page's files on the same server get them too."""
    with IndexServer() as server:
        server.add("demo", "demo.bin", FILE)
        server.fail(faults.wants("user", "secret"))
        session = make_session()
        session.learn(with_userinfo(server.index_url))
        body = session.get(f"{server.url}/files/demo.bin", headers={}, limit=10**6).body
        session.close()

    assert body == FILE


def test_indexes_on_one_server_keep_their_own_credentials() -> None:
    """Each URL gets those of the index it lies closest to, and a file elsewhere those of the first."""
    with IndexServer() as server:
        session = make_session()
        for team in ("red", "blue"):
            session.learn(with_userinfo(f"{server.url}/api/{team}/simple/", f"{team}:secret"))
        sent = {}
        for path in ("/api/red/simple/demo/", "/api/blue/simple/demo/", "/api/blue/files/x", "/packages/x"):
            session.get(f"{server.url}{path}", headers={}, limit=100, statuses=frozenset({404}))
            sent[path] = b64decode(server.requests[-1].headers["authorization"].split()[1]).partition(b":")[0]
        session.close()

    assert list(sent.values()) == [b"red", b"blue", b"blue", b"red"]


def test_credentials_never_go_to_another_origin(tmp_path: Path) -> None:
    """Not on redirect, and neither does netrc: another port of the same host is another origin."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login user password secret\n")
    with IndexServer() as other, IndexServer() as server:
        other.add("demo", "demo.bin", FILE)
        server.fail(faults.redirect(f"{other.url}/files/demo.bin"))
        get(with_userinfo(f"{server.url}/x"), config=replace(NO_KEYRING, netrc=netrc))

        assert "authorization" in server.requests[0].headers
        assert "authorization" not in other.requests[0].headers


def test_credentials_in_a_redirect_are_not_used() -> None:
    """A server does not get to choose whom a client says it is."""
    with IndexServer() as server:
        server.add("demo", "demo.bin", FILE)
        server.fail(faults.redirect(with_userinfo(server.url) + "/files/demo.bin"), on="/old")
        get(f"{server.url}/old")

        assert all("authorization" not in request.headers for request in server.requests)


def test_credentials_stay_away_after_a_detour() -> None:
    """Once another origin was between, even the first gets none: it may have been sent there."""
    with IndexServer() as other, IndexServer() as server:
        server.add("demo", "demo.bin", FILE)
        other.fail(faults.redirect(f"{server.url}/files/demo.bin"))
        server.fail(faults.redirect(f"{other.url}/x"), on="/old")
        get(with_userinfo(f"{server.url}/old"))

        assert "authorization" not in server.requests[-1].headers


def test_netrc_knows_hosts(tmp_path: Path) -> None:
    """An entry of the host is sent."""
    netrc = tmp_path / "netrc"
    netrc.write_text(
        "machine other.test login x password y\nmachine 127.0.0.1\n login user\n password secret\n"
    )
    with IndexServer() as server:
        url = server.add("demo", "demo.bin", FILE)
        server.fail(faults.wants("user", "secret"))

        assert get(url, config=replace(NO_KEYRING, netrc=netrc)) == FILE


def test_netrc_completes_a_user_name(tmp_path: Path) -> None:
    """The URL says who, netrc has the password; another user's is not sent."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login user password secret\n")
    with IndexServer() as server:
        url = server.add("demo", "demo.bin", FILE)
        server.fail(faults.wants("user", "secret"))
        config = replace(NO_KEYRING, netrc=netrc)

        assert get(with_userinfo(url, "user"), config=config) == FILE
        with pytest.raises(IndexRefusedError):
            get(with_userinfo(url, "somebody"), config=config)


def test_the_default_entry_of_netrc_is_not_sent(tmp_path: Path) -> None:
    """It would go to every public host."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login user password secret\n")
    with IndexServer() as server:
        url = server.add("demo", "demo.bin", FILE)
        get(url, config=replace(NO_KEYRING, netrc=netrc))

        assert "authorization" not in server.requests[0].headers


def test_a_broken_netrc_is_said_without_its_content(tmp_path: Path) -> None:
    """The line's number is enough."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login user passwort secret\n")
    with IndexServer() as server, pytest.raises(UsageError) as caught:
        get(f"{server.url}/x", config=replace(NO_KEYRING, netrc=netrc))

    assert "line" in told(caught.value)
    assert "secret" not in told(caught.value)


def test_keyring_is_asked_once_and_only_after_a_401() -> None:
    """Where it knows the password, the request goes on."""
    asked: list[tuple[str, str | None]] = []

    def keyring(service: str, username: str | None) -> Credentials | None:
        asked.append((service, username))
        return Credentials(username="user", password="secret") if service == "127.0.0.1" else None

    with IndexServer() as server:
        url = server.add("demo", "demo.bin", FILE)
        session = make_session(config=HttpConfig(), keyring=keyring)
        session.get(url, headers={}, limit=10**6)
        unasked = list(asked)
        server.fail(faults.wants("user", "secret"))
        bodies = [session.get(url, headers={}, limit=10**6).body for _ in range(2)]
        session.close()

    assert unasked == []
    assert bodies == [FILE, FILE]
    assert len(asked) == 3


def test_all_who_are_refused_together_get_what_keyring_knows() -> None:
    """A dozen requests begin before the first 401 is there."""

    def keyring(service: str, username: str | None) -> Credentials | None:
        return Credentials(username="user", password="secret") if username is None else None

    with IndexServer() as server:
        url = server.add("demo", "demo.bin", FILE)
        server.fail(faults.wants("user", "secret"))
        server.fail(lambda request, reply: replace(reply, wait=0.05))
        session = make_session(config=HttpConfig(), keyring=keyring)
        with ThreadPoolExecutor(4) as threads:
            asks = [threads.submit(session.get, url, headers={}, limit=10**6) for _ in range(4)]
        session.close()

    assert [ask.result().body for ask in asks] == [FILE] * 4


def test_each_index_of_a_server_asks_keyring_for_its_own_user() -> None:
    """The second index is not refused with the first one's answer."""

    def keyring(service: str, username: str | None) -> Credentials | None:
        return Credentials(username=username, password="secret") if username else None

    with IndexServer() as server:
        session = make_session(config=HttpConfig(), keyring=keyring)
        bodies = []
        for user in ("red", "blue"):
            url = session.learn(f"{with_userinfo(server.url, user)}/{user}/files/x")
            server.heal()
            server.fail(faults.body(FILE))
            server.fail(lambda request, reply: replace(reply, status=200))
            server.fail(faults.wants(user, "secret"))
            bodies.append(session.get(url, headers={}, limit=10**6).body)
        session.close()

    assert bodies == [FILE, FILE]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.status(401), "wants credentials (401)"),
        (faults.status(403), "forbids access (403)"),
        (faults.status(407), "proxy wants credentials"),
    ],
)
def test_refusals_differ(fault: faults.Fault, words: str) -> None:
    """None is tried again; each says what to do."""
    with IndexServer() as server:
        server.fail(fault)
        with pytest.raises(IndexRefusedError) as caught:
            get(f"{server.url}/x")

        assert words in told(caught.value)
        assert caught.value.hint
        assert len(server.requests) == 1


@pytest.mark.parametrize("code", [401, 403, 404, 500, 304])
def test_no_error_shows_credentials(code: int) -> None:
    """Neither name nor password nor token, whatever goes wrong."""
    with IndexServer() as server:
        server.fail(faults.status(code))
        with pytest.raises(LbuildError) as caught:
            get(with_userinfo(f"{server.url}/x?token=secret"))

    assert "secret" not in told(caught.value)
    assert "user" not in told(caught.value)


# -- what breaks on the way --------------------------------------------------------------------------------


def test_refused_connections_say_so() -> None:
    """Four tries, then the reason."""
    with pytest.raises(IndexUnreachableError, match=r"refused the connection \(4 tries\)"):
        get(closed_port_url())


def test_unknown_hosts_say_so() -> None:
    """`.invalid` never has an address."""
    with pytest.raises(IndexUnreachableError, match="its host name has no address"):
        get("http://nowhere.invalid/simple/", replace(HASTY, tries=1))


@pytest.mark.parametrize(
    "url", ["http://", "http:///x", "http://\N{SNOWMAN}" + "x" * 70 + ".test/", "http://a..b/"]
)
def test_what_cannot_be_fetched_is_no_traceback(url: str) -> None:
    """Each is one of lbuild's errors."""
    with pytest.raises(LbuildError):
        get(url, replace(HASTY, tries=1))


def test_a_server_that_does_not_speak_http() -> None:
    """TLS spoken to a plain port, for one."""
    with IndexServer() as server, pytest.raises(IndexUnreachableError, match="could not agree on TLS"):
        get(server.url.replace("http:", "https:") + "/x")


@pytest.mark.parametrize(
    ("answers", "pauses"),
    [
        ([faults.status(500)], [0.25]),
        ([faults.status(500), faults.status(502), faults.status(408)], [0.25, 0.5, 1.0]),
        ([faults.status(429, retry_after="2")], [2.0]),
        ([faults.status(503, retry_after="1000000000"), faults.status(429)], [60.0, 0.5]),
        ([faults.status(429, retry_after="-5"), faults.status(503, retry_after="soon")], [0.25, 0.5]),
        ([faults.cut(5), faults.unasked_304()], [0.25, 0.5]),
    ],
)
def test_pauses_are_drawn_unless_the_server_asks_for_one(
    answers: list[faults.Fault], pauses: list[float]
) -> None:
    """Retry-After is honoured up to a minute; what is no number of seconds is not."""
    taken: list[float] = []
    with IndexServer() as server:
        url = server.add("demo", "demo.bin", FILE)
        server.fail(in_turn(answers), times=len(answers))
        session = make_session(HttpPolicy(), sleep=taken.append, chance=lambda: 0.5)
        body = session.get(url, headers={}, limit=10**6).body
        session.close()

    assert body == FILE
    assert taken == pauses


def in_turn(answers: list[faults.Fault]) -> faults.Fault:
    """One fault after the other."""
    left = iter(answers)
    return lambda request, reply: next(left)(request, reply)


def test_the_deadline_ends_the_tries() -> None:
    """A pause that would pass it is not begun."""
    with IndexServer() as server:
        server.fail(faults.status(503, retry_after="30"))
        with pytest.raises(IndexUnreachableError, match=r"answered 503 \(1 try\)"):
            get(f"{server.url}/x", replace(HASTY, longest_retry_after=60.0, deadline=1.0))


def test_a_drip_is_given_up_at_once_and_not_tried_again() -> None:
    """Every byte beats a time-out for silence; only a rate bounds the whole."""
    patient = replace(HASTY, read_timeout=PATIENCE, deadline=FOR_EVER)
    with IndexServer() as server:
        url = server.add("demo", "demo.bin", FILE)
        server.fail(faults.drip(1, 0.01))
        with pytest.raises(IndexUnreachableError, match="sends too slowly"):
            get(url, patient)

        assert len(server.requests) == 1


def test_slow_but_steady_is_fine() -> None:
    """What keeps above the least rate may take longer than the patience lasts."""
    with IndexServer() as server:
        url = server.add("demo", "demo.bin", FILE[:3_000])
        server.fail(faults.drip(50, 0.01))

        assert get(url, replace(HASTY, read_timeout=PATIENCE, deadline=FOR_EVER)) == FILE[:3_000]


def test_the_deadline_bounds_a_steady_stream() -> None:
    """Enough a second, and still no end in sight."""
    with IndexServer() as server:
        url = server.add("demo", "demo.bin", FILE)
        server.fail(faults.drip(100, 0.02))
        with pytest.raises(IndexUnreachableError, match="takes too long"):
            get(url, replace(HASTY, deadline=0.3))


def test_the_deadline_bounds_provisional_answers() -> None:
    """A server may send `100 Continue` without end; the standard library waits for what follows."""

    class Endless(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                while True:
                    self.request.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Endless) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        with pytest.raises(IndexUnreachableError, match="takes too long"):
            get(f"http://127.0.0.1:{server.server_address[1]}/x", replace(HASTY, deadline=0.3))
        server.shutdown()


def test_the_deadline_bounds_all_tries_together() -> None:
    """A second try does not get the whole of it once more: that would be enough for the file."""
    with IndexServer() as server:
        url = server.add("demo", "demo.bin", FILE)
        late = replace(HASTY, read_timeout=PATIENCE, patience=PATIENCE, deadline=3.0)
        server.fail(in_turn([faults.hang(0.5), faults.drip(100, 0.0275)]))
        server.fail(faults.cut(5), times=1)
        with pytest.raises(IndexUnreachableError, match="takes too long"):
            get(url, late)

    assert len(server.requests) == 2


@pytest.mark.parametrize("told", [10**9, 10**15, 10**400])
def test_a_body_that_is_said_to_be_beyond_the_limit_is_not_awaited(told: int) -> None:
    """No byte of it is read: who waited for more than the first ten would be told of silence."""
    with IndexServer() as server:
        server.fail(lambda request, _: faults.Reply(body=bytes(100), announced=told, drip=(10, FOR_EVER)))
        with pytest.raises(BadAnswerError, match="more than 1,000,000 bytes"), no_hang():
            get(f"{server.url}/x", replace(PATIENT, read_timeout=FOR_EVER, patience=FOR_EVER))


def test_a_length_that_is_a_lie_takes_no_memory() -> None:
    """Room is made for what comes, not for what is promised."""
    with IndexServer() as server:
        server.fail(lambda request, _: faults.Reply(body=b"short", announced=10**9))
        tracemalloc.start()
        try:
            with pytest.raises(IndexUnreachableError, match="cut off after 5 of 1,000,000,000 bytes"):
                get(f"{server.url}/x", limit=2 * 10**9)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert peak < 10_000_000


def test_bytes_of_a_file_do_not_wait_for_more() -> None:
    """Progress is told, and an interrupt noticed, however slowly they come."""
    heard: list[int] = []
    with IndexServer() as server, Store.temporary() as store, store.receive() as incoming:
        url = server.add("demo", "demo.bin", FILE)
        server.fail(faults.drip(1_000, 0.02))
        session = make_session()
        session.receive(url, incoming, limit=None, on_bytes=heard.append)
        session.close()

    assert sum(heard) == len(FILE)
    assert len(heard) > 1


def test_a_body_in_chunks_is_read_to_its_limit() -> None:
    """Its length is not told; a chunk may say it is larger than memory."""
    sent = {
        "/whole": b"4\r\nabcd\r\n3\r\nefg\r\n0\r\n\r\n",
        "/cut": b"4\r\nabcd\r\n3\r\ne",
        "/lie": b"ffffffffffff\r\nabcd",
    }

    class InChunks(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            path = self.rfile.readline().split()[1].decode()
            while self.rfile.readline().strip():
                pass
            self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + sent[path])

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), InChunks) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"

        assert get(f"{url}/whole") == b"abcdefg"
        with pytest.raises(BadAnswerError, match="more than 6 bytes"):
            get(f"{url}/whole", limit=6)
        for broken in ("/cut", "/lie"):
            with pytest.raises(IndexUnreachableError):
                get(f"{url}{broken}")
        server.shutdown()


def test_a_body_beyond_the_limit_is_not_read() -> None:
    """The limit counts what comes out of the decompressor: a bomb ends as soon as it has grown that far."""
    with IndexServer() as server:
        reply = bomb(50 * 1024 * 1024)
        server.fail(lambda request, _: reply)
        session = make_session()
        with pytest.raises(BadAnswerError, match="more than 1,000,000 bytes"):
            session.get(f"{server.url}/x", headers={"accept-encoding": "gzip"}, limit=10**6)
        session.close()


def bomb(size: int) -> faults.Reply:
    """So many zeros, compressed."""
    return faults.Reply(headers={"Content-Encoding": "gzip"}, body=gzip.compress(bytes(size), 6))


def test_a_redirects_body_is_not_decompressed() -> None:
    """A bomb there was never asked for (CVE-2026-21441)."""
    with IndexServer() as server:
        url = server.add("demo", "demo.bin", FILE)
        redirect = replace(bomb(10 * 1024 * 1024), status=302)
        redirect = replace(redirect, headers={**redirect.headers, "Location": "/files/demo.bin"})
        server.fail(lambda request, reply: redirect, on="/old")

        assert get(f"{server.url}/old") == FILE
        assert server.paths()[-1] in url


def test_connections_are_kept() -> None:
    """Twenty requests, one connection."""
    with IndexServer() as server:
        url = server.add("demo", "demo.bin", FILE)
        accepted = server.count_connections()
        session = make_session()
        for _ in range(20):
            session.get(url, headers={}, limit=10**6)
        session.close()

        assert accepted() == 1


@pytest.mark.parametrize(
    "fault",
    [
        faults.status(500),
        faults.status(404),
        faults.cut(5),
        faults.longer(bytes(10**5)),
        faults.redirect("ftp://x/"),
    ],
)
def test_failures_do_not_use_up_the_connections(fault: faults.Fault) -> None:
    """The pool has four places; a request after more failures than that must not wait for one of them."""
    with IndexServer() as server:
        url = server.add("demo", "demo.bin", FILE)
        server.fail(fault)
        session = make_session()
        for _ in range(HASTY.connections + 1):
            with pytest.raises(LbuildError):
                session.get(url, headers={}, limit=len(FILE))
        server.heal()
        body = session.get(url, headers={}, limit=len(FILE)).body
        session.close()

    assert body == FILE


def asked_until_closed(session: HttpSession, url: str) -> threading.Thread:
    """A thread that asks, and is told that lbuild is ending."""

    def ask() -> None:
        with pytest.raises(IndexUnreachableError, match="lbuild is ending"):
            session.get(url, headers={}, limit=10)

    thread = threading.Thread(target=ask)
    thread.start()
    return thread


def test_close_ends_what_waits() -> None:
    """Ctrl-C must not wait for a silent server."""
    with IndexServer() as server:
        server.fail(faults.hang(FOR_EVER))
        session = make_session(SILENT)
        thread = asked_until_closed(session, f"{server.url}/x")
        while not server.requests:
            time.sleep(0.005)
        session.close()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_close_ends_what_is_only_being_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for its answer yet, and nobody is to begin."""
    session = make_session(SILENT)
    send = HTTPConnection.endheaders

    def endheaders(connection: HTTPConnection, *arguments: Any, **options: Any) -> None:
        send(connection, *arguments, **options)
        session.close()

    monkeypatch.setattr(HTTPConnection, "endheaders", endheaders)
    with IndexServer() as server:
        server.fail(faults.hang(FOR_EVER))
        thread = asked_until_closed(session, f"{server.url}/x")
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_a_proxy_is_used_unless_the_host_is_excepted() -> None:
    """The proxy sees the whole URL and its own credentials."""
    with IndexServer() as proxy:
        proxy.fail(lambda request, reply: faults.Reply(body=b"from the proxy"))
        config = replace(NO_KEYRING, proxies={"http": with_userinfo(proxy.url)})
        body = get("http://index.test/simple/", config=config)
        with pytest.raises(IndexUnreachableError):
            get("http://index.invalid/", replace(HASTY, tries=1), replace(config, no_proxy=(".invalid",)))

        assert body == b"from the proxy"
        assert proxy.paths() == ["http://index.test/simple/"]
        assert proxy.requests[0].headers["proxy-authorization"].startswith("Basic ")


# -- TLS ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PEM file with a key and a certificate that 127.0.0.1 signed itself."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no `openssl` program to make a certificate with")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    key = path.with_name("key.pem")
    options = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=lbuild test", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = [openssl, "req", *options, *names, "-keyout", str(key), "-out", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    path.write_bytes(key.read_bytes() + path.read_bytes())
    return path


def tls_server(certificate: Path) -> IndexServer:
    """A server with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return IndexServer(tls=context)


def test_a_self_signed_certificate_ends_the_request_at_once(certificate: Path) -> None:
    """No other try, no fallback; the hint says how to trust an authority of one's own."""
    sluggish = replace(PATIENT, first_pause=FOR_EVER, longest_pause=FOR_EVER, deadline=10 * FOR_EVER)
    with tls_server(certificate) as server, pytest.raises(IndexUnreachableError) as caught, no_hang():
        get(f"{server.url}/x", sluggish)

    assert "certificate" in caught.value.summary
    assert "self-signed" in told(caught.value)


def test_a_certificate_for_another_host_is_not_accepted(certificate: Path) -> None:
    """Trusting its signer is not enough."""
    config = replace(NO_KEYRING, ca_bundle=certificate)
    with tls_server(certificate) as server, pytest.raises(IndexUnreachableError, match="certificate"):
        get(server.url.replace("127.0.0.1", "localhost") + "/x", config=config)


def test_a_bundle_of_ones_own_is_trusted(certificate: Path) -> None:
    """As `cert` in pip's configuration."""
    with tls_server(certificate) as server:
        url = server.add("demo", "demo.bin", FILE)

        assert get(url, config=replace(NO_KEYRING, ca_bundle=certificate)) == FILE


@pytest.mark.parametrize("by", ["127.0.0.1", "127.0.0.1:{port}"])
def test_a_trusted_host_is_not_checked(certificate: Path, by: str) -> None:
    """As `trusted-host` in pip's configuration, with or without a port."""
    with tls_server(certificate) as server:
        url = server.add("demo", "demo.bin", FILE)
        host = by.format(port=server.url.rpartition(":")[2])

        assert get(url, config=replace(NO_KEYRING, trusted_hosts=(host,))) == FILE


def test_trust_in_one_host_is_not_trust_in_others(certificate: Path) -> None:
    """Another port is another host here."""
    with tls_server(certificate) as server, pytest.raises(IndexUnreachableError):
        get(f"{server.url}/x", config=replace(NO_KEYRING, trusted_hosts=("127.0.0.1:1", "h.test")))


@pytest.mark.parametrize("content", [None, b"", b"rubbish"])
def test_a_bundle_that_cannot_be_used_is_not_replaced_by_another(
    certificate: Path, tmp_path: Path, content: bytes | None
) -> None:
    """Absent, empty or rubbish: falling back to the system's would trust more than was asked."""
    bundle = tmp_path / "ca.pem"
    if content is not None:
        bundle.write_bytes(content)
    with tls_server(certificate) as server, pytest.raises(IndexUnreachableError, match="certificate bundle"):
        get(f"{server.url}/x", config=replace(NO_KEYRING, ca_bundle=bundle))


def test_https_does_not_lead_back_to_http(certificate: Path) -> None:
    """What was asked for in private is not answered in public."""
    with IndexServer() as plain, tls_server(certificate) as server:
        server.fail(faults.redirect(f"{plain.url}/x"))
        with pytest.raises(BadAnswerError, match="which is not followed"):
            get(f"{server.url}/x", config=replace(NO_KEYRING, ca_bundle=certificate))

        assert plain.requests == []
