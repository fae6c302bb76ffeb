"""URLs: credentials out, origins compared, nothing secret shown."""

from pathlib import Path

import pytest

from manylinux.errors import UsageError
from prebuilt_index.urls import last_component, local_path, origin, redacted, split_credentials


@pytest.mark.parametrize(
    ("url", "clean", "username", "password"),
    [
        ("https://u:secret@h.test/s/", "https://h.test/s/", "u", "secret"),
        ("https://u%40x:p%3A%2F@h.test/s", "https://h.test/s", "u@x", "p:/"),
        ("https://token@h.test/s", "https://h.test/s", "token", ""),
        ("https://a@b:secret@h.test/s", "https://h.test/s", "a@b", "secret"),
        ("http://u:secret@[::1]:80/s#f", "http://[::1]:80/s", "u", "secret"),
    ],
)
def test_credentials_are_cut_out_and_decoded(url: str, clean: str, username: str, password: str) -> None:
    """The host begins after the last at sign."""
    found, credentials = split_credentials(url)

    assert found == clean
    assert credentials is not None
    assert (credentials.username, credentials.password) == (username, password)
    assert "secret" not in repr(credentials)


def test_a_url_without_credentials_has_none() -> None:
    """An at sign in the path is not one of credentials."""
    assert split_credentials("https://h.test/a@b/") == ("https://h.test/a@b/", None)
    assert split_credentials("https://@h.test/") == ("https://h.test/", None)


@pytest.mark.parametrize(
    "url",
    [
        "https://u:secret@[bad/x",
        "https://u:secret@h:port/",
        "https://h:99999/?secret",
        *[f"https://u:secret{mark}word@h.test/" for mark in "/?#"],
        "https://u:secret@h\N{ACCOUNT OF}.test/",
    ],
)
def test_what_is_no_url_is_said_without_its_secrets(url: str) -> None:
    """The error shows where, not who."""
    with pytest.raises(UsageError) as caught:
        split_credentials(url)

    assert "secret" not in str(caught.value) + "".join(caught.value.evidence)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:p@h.test/s/?token=p#sha256=p", "https://h.test/s/?…"),
        ("https://h.test/s", "https://h.test/s"),
        ("https://u:p@u:p@h.test/s", "https://h.test/s"),
        *[(f"https://u:12{mark}p@h.test/s", "https://…") for mark in "/?#"],
        ("git+https://h.test/x@1.0", "git+https://h.test/x@1.0"),
        ("http://[::1]/x@1.0", "http://[::1]/x@1.0"),
        ("h.test/s", "h.test/s"),
        ("https://h.test/\x1b[2J", "https://h.test/\N{REPLACEMENT CHARACTER}[2J"),
        ("", ""),
    ],
)
def test_what_is_shown_has_no_secrets_and_no_control_characters(url: str, shown: str) -> None:
    """Fit for a terminal and a log."""
    assert redacted(url) == shown


def test_origins_are_scheme_host_and_port() -> None:
    """Case and the default port do not matter; anything else does."""
    assert origin("HTTPS://H.test/x") == origin("https://h.test:443/y")
    assert origin("https://h.test") != origin("http://h.test")
    assert origin("https://h.test") != origin("https://h.test:444")
    assert origin("https://h.test") != origin("https://h.test.evil")


def test_the_last_component_is_decoded_once() -> None:
    """Of the path alone, the query is another matter."""
    assert last_component("https://h.test/a/b%20c%252f.whl?x=/y") == "b c%2f.whl"


def test_file_urls_are_paths_of_this_machine(tmp_path: Path) -> None:
    """Spaces and percent signs survive; another machine's files are refused."""
    path = tmp_path / "in dex 100%"

    assert local_path(path.as_uri()) == path
    with pytest.raises(UsageError):
        local_path("file://other.test/x")
