"""What one client may take of the server. Pure values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on connections and requests."""

    connections: int = 400
    """At once; further ones wait to be accepted. Each may have a file open, and systems allow a process 1,024
    descriptors, or to wait for 512 sockets, unless they are told otherwise."""
    header_bytes: int = 16 * 1024
    """Of a request's line and headers together; more is 431."""
    body_bytes: int = 64 * 1024
    """Of a request's body, which is never used; more is 413."""
    request_seconds: float = 20.0
    """From a request's first byte to its last: who sends slower is cut off."""
    idle_seconds: int = 30
    """Without a byte either way, between requests and while an answer is sent."""
    drain_seconds: float = 10.0
    """For answers that are being sent when the server is asked to end."""
    threads: int = 8
    """That make answers. None waits for a client."""
