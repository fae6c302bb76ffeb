"""What foreign programs are told: as little as they need."""

import os
from pathlib import Path

from builder.build.environment import for_backend, for_git, for_pip
from builder.build.values import BuildIndex

MINE = {
    "PATH": "/bin",
    "HOME": "/home/me",
    "PIP_EXTRA_INDEX_URL": "https://elsewhere.example",
    "AWS_SESSION_TOKEN": "hush",
    "https_proxy": "http://u:hush@proxy.example",
    "SSL_CERT_FILE": "/ca.pem",
    "SSH_AUTH_SOCK": "/agent",
}


def test_pip_is_told_of_one_index_and_nothing_else(tmp_path: Path) -> None:
    """The index comes from the value alone: no file and no variable of the user's is read beside it."""
    index = BuildIndex(
        index_url="https://u:p@index.example", find_links=(str(tmp_path / "a b"), "https://x.example")
    )
    seen = for_pip(MINE, tmp_path, index)

    assert seen["PIP_CONFIG_FILE"] == os.devnull
    assert seen["PIP_INDEX_URL"] == "https://u:p@index.example"
    assert seen["PIP_FIND_LINKS"].split() == [(tmp_path / "a b").as_uri(), "https://x.example"]
    assert "PIP_EXTRA_INDEX_URL" not in seen
    assert (seen["https_proxy"], seen["SSL_CERT_FILE"]) == (MINE["https_proxy"], "/ca.pem")
    assert "AWS_SESSION_TOKEN" not in seen


def test_what_is_not_set_is_left_to_pip(tmp_path: Path) -> None:
    """An empty PIP_ variable would mean something to pip."""
    seen = for_pip(MINE, tmp_path, BuildIndex())

    assert not {"PIP_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_PROXY", "NETRC"} & seen.keys()
    assert for_pip(MINE, tmp_path, BuildIndex(no_index=True))["PIP_NO_INDEX"] == "1"


def test_pip_may_log_in_with_the_users_netrc(tmp_path: Path) -> None:
    """Its home is not the user's, so it is told where the file is."""
    (tmp_path / ".netrc").touch()
    seen = for_pip({**MINE, "HOME": str(tmp_path)}, tmp_path / "home", BuildIndex())

    assert seen["NETRC"] == str(tmp_path / ".netrc")
    assert for_pip({**MINE, "NETRC": "/n"}, tmp_path, BuildIndex())["NETRC"] == "/n"


def test_a_backend_is_told_nothing_of_the_network(tmp_path: Path) -> None:
    """Programs of its environment come first on its PATH."""
    seen = for_backend(MINE, tmp_path / "home", tmp_path / "bin")

    assert "hush" not in str(seen)
    assert not {"https_proxy", "SSL_CERT_FILE", "SSH_AUTH_SOCK", "NETRC"} & seen.keys()
    assert seen["PATH"].split(os.pathsep) == [str(tmp_path / "bin"), "/bin"]
    assert Path(seen["TMPDIR"]).is_dir()


def test_git_uses_the_users_keys_and_asks_nobody() -> None:
    """Its own configuration and agent, no prompt."""
    seen = for_git(MINE, {"LBUILD_GIT_USER": "u"})

    assert (seen["HOME"], seen["SSH_AUTH_SOCK"], seen["LBUILD_GIT_USER"]) == ("/home/me", "/agent", "u")
    assert seen["GIT_TERMINAL_PROMPT"] == "0"
    assert "AWS_SESSION_TOKEN" not in seen
