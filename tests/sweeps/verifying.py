"""Do clients of the prebuilt index verify certificates with those of Amazon Linux, told of none or of its
bundle?

    python tests/sweeps/verifying.py --index DIR [--runtime python3.13] [PROJECT...]

Each wheel of DIR is bundled, and speaks TLS with a server on loopback, in a mount namespace whose `/etc/pki`
is laid out as Amazon Linux has it: once with the authority that signed the server's certificate, and once
with another. It must trust the one and refuse the other. For root, with `openssl` and `unshare`; the Python
is this machine's.
"""

import argparse
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from builder.composing.native import unfit_to_build
from builder.interpreter.finding import search

ROOT = Path(__file__).parents[2]
BUNDLE = "/etc/pki/tls/certs/ca-bundle.crt"
START = "import sys; sys.path.insert(0, sys.argv.pop(1)); exec(sys.argv[1])"
INSIDE = """\
set -e
users=$(cat /etc/passwd)
mount -t tmpfs none /etc
echo "$users" > /etc/passwd
mkdir -p /etc/pki/ca-trust/extracted/pem /etc/pki/tls/certs
cp "$1" /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem
ln -s /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem /etc/pki/tls/cert.pem
ln -s /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem /etc/pki/tls/certs/ca-bundle.crt
echo "127.0.0.1 localhost" > /etc/hosts
shift
exec "$@"
"""
LDAP_ANSWER = bytes.fromhex("300c02010161070a010004000400")
MYSQL_GREETING = (
    b"\x0a8.0.36\0\x01\0\0\0abcdefgh\0" + b"\xff\xff\x21\x02\0\xff\xff\x15" + bytes(10) + b"ijklmnopqrst\0"
    b"mysql_native_password\0"
)  # fmt: skip


Serve = Callable[[socket.socket, ssl.SSLContext], bytes]
"""Answers one client; what that said behind the handshake, so it trusts the server."""


def of_http(connection: socket.socket, context: ssl.SSLContext) -> bytes:
    return said(connection, context, b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")


def of_ldap(connection: socket.socket, context: ssl.SSLContext) -> bytes:
    return said(connection, context, LDAP_ANSWER)


def of_postgres(connection: socket.socket, context: ssl.SSLContext) -> bytes:
    connection.recv(8)
    connection.sendall(b"S")
    return said(connection, context)


def of_mysql(connection: socket.socket, context: ssl.SSLContext) -> bytes:
    connection.sendall(len(MYSQL_GREETING).to_bytes(3, "little") + b"\0" + MYSQL_GREETING)
    connection.recv(36)
    return said(connection, context)


def said(connection: socket.socket, context: ssl.SSLContext, answer: bytes = b"") -> bytes:
    with context.wrap_socket(connection, server_side=True) as stream:
        words = stream.recv(4096)
        stream.sendall(answer)
        return words


POSTGRES = f"host=localhost port=PORT sslmode=verify-full sslrootcert={BUNDLE}"
PYCURL = """\
import io, pycurl
curl, got = pycurl.Curl(), io.BytesIO()
curl.setopt(curl.URL, "https://localhost:PORT/")
curl.setopt(curl.WRITEDATA, got)
curl.perform()
assert got.getvalue() == b"ok"
print("trusted")
"""
LDAP = """\
import ldap
ldap.initialize("ldaps://127.0.0.1:PORT").simple_bind_s("cn=a", "b")
print("trusted")
"""
MYSQL = "import MySQLdb; MySQLdb.connect(host='127.0.0.1', port=PORT, ssl_mode='VERIFY_CA', ssl={'ca': '%s'})"
PSYCOPG = "import psycopg; assert psycopg.pq.__impl__ == 'c'; psycopg.connect('%s')"
CLIENTS: dict[str, tuple[Serve, str, str]] = {
    "pycurl": (of_http, PYCURL, "SSL certificate problem"),
    "python-ldap": (of_ldap, LDAP, "certificate verify failed"),
    "psycopg2": (
        of_postgres,
        f"import psycopg2; psycopg2.connect('{POSTGRES}')",
        "certificate verify failed",
    ),
    "psycopg-c": (of_postgres, PSYCOPG % POSTGRES, "certificate verify failed"),
    "mysqlclient": (of_mysql, MYSQL % BUNDLE, "unable to get local issuer certificate"),
}
"""By project: what serves it, what it does, and what it says of a certificate that it does not trust."""


def certificates(folder: Path) -> None:
    """`ca.pem`, `other.pem`, and `server.pem` of the first, with its key."""

    def openssl(*words: str) -> None:
        subprocess.run(("openssl", *words), check=True, cwd=folder, capture_output=True)

    extended = folder / "names"
    extended.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n", encoding="utf-8")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    for name in ("ca", "other"):
        openssl(
            "req", "-x509", *curve, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}"
        )
    openssl("req", *curve, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
    signed = (
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-extfile",
        "names",
        "-out",
        "server.pem",
    )
    openssl("x509", "-req", "-in", "server.csr", *signed)


def served(serve: Serve, folder: Path, heard: list[bytes]) -> int:
    """The port of a server that answers until this program ends, and notes in `heard` who trusts it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    listening = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        while True:
            connection, _ = listening.accept()
            with connection, suppress(OSError):  # who does not trust goes away
                heard.append(serve(connection, context))

    threading.Thread(target=answer, daemon=True).start()
    return int(listening.getsockname()[1])


def bundled(project: str, index: Path, runtime: str, folder: Path) -> Path:
    output = folder / project
    more = ("psycopg",) if project == "psycopg-c" else ()
    words = (project, *more, "--prebuilt-index", str(index), "--runtime", runtime, "--no-limit")
    command = (sys.executable, "-m", "builder", *words, "--bytecode", "none", "-q", "-o", f"{output}/")
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    return output


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--runtime", default="python3.13")
    parser.add_argument("projects", nargs="*", choices=[[], *CLIENTS])
    options = parser.parse_args()
    found = search(options.runtime.removeprefix("python"), os.environ, unfit_to_build).found
    if found is None:
        parser.error(f"there is no {options.runtime} here")
    python = str(found.path)
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="verifying-") as scratch:
        folder = Path(scratch)
        certificates(folder)
        for project in options.projects or CLIENTS:
            serve, statements, distrust = CLIENTS[project]
            heard: list[bytes] = []
            port = served(serve, folder, heard)
            bundle = bundled(project, options.index.absolute(), options.runtime, folder)
            for authority in ("ca", "other"):
                heard.clear()
                words = (
                    "sh",
                    "-c",
                    INSIDE,
                    "sh",
                    str(folder / f"{authority}.pem"),
                    python,
                    "-I",
                    "-c",
                    START,
                )
                command = ("unshare", "--mount", *words, str(bundle), statements.replace("PORT", str(port)))
                # Variables such as SSL_CERT_FILE would name another authority.
                environ = {"PATH": os.environ["PATH"]}
                done = subprocess.run(
                    command, capture_output=True, text=True, check=False, timeout=60, env=environ
                )
                told = (done.stdout + done.stderr).strip()
                trusts = any(heard)
                right = trusts if authority == "ca" else not trusts and distrust in told
                wrong += not right
                last = told.splitlines()[-1] if told else ""
                verdict = "trusted" if trusts else "refused"
                sys.stdout.write(f"{'' if right else 'WRONG: '}{project}, {authority}: {verdict}: {last}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
