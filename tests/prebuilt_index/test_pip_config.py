"""pip's configuration, asked of the real pip in a home of its own."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from manylinux.errors import ExitStatus
from prebuilt_index.errors import PipConfigurationError
from prebuilt_index.pip_answers import (
    PipDefaults,
    defaults_of,
    options_of_variables,
    parse_builtin_index,
    parse_debug,
    without_logins,
)
from prebuilt_index.pip_config import read_pip_defaults
from prebuilt_index.store import Store

Write = Callable[..., Path]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def environ(home: Path) -> Mapping[str, str]:
    """The variables of somebody who has configured nothing."""
    inherited = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    places = ("HOME", "USERPROFILE", "APPDATA", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "PROGRAMDATA")
    return inherited | dict.fromkeys(places, str(home))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store") as opened:
        yield opened


@pytest.fixture
def without_pip(tmp_path: Path) -> Mapping[str, str]:
    """Variables with which any question to pip fails."""
    (tmp_path / "broken" / "pip").mkdir(parents=True)
    (tmp_path / "broken" / "pip" / "__init__.py").touch()
    return {"PYTHONPATH": str(tmp_path / "broken")}


def write_config(path: Path, text: str, *, age: float = 100.0) -> Path:
    """A configuration file written `age` seconds ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    written = time.time() - age
    os.utime(path, (written, written))
    return path


# -- asking pip ------------------------------------------------------------------------------------


def test_everything_configured_is_taken(environ: Mapping[str, str], home: Path) -> None:
    """Files say what is used, variables win over them, lists are split."""
    config = write_config(
        home / "pip.conf",
        """
[global]
index_url = https://name:secret@index.invalid/simple
extra-index-url =
    https://one.invalid:8443/simple
    https://two.invalid/simple
find-links = /wheels
client-cert = ~/client.pem
trusted-host =
    one.invalid
    two.invalid:8443
default-timeout = 7.5
retries = 1
[install]
proxy = http://proxy.invalid:3128
[freeze]
timeout = 99
""",
    )
    defaults = read_pip_defaults(
        {**environ, "PIP_CONFIG_FILE": str(config), "PIP_CERT": "/ca.pem", "PIP_RETRIES": "2"}, None
    )

    assert defaults == PipDefaults(
        index_url="https://name:secret@index.invalid/simple",
        cert="/ca.pem",
        client_cert=f"{home}/client.pem",
        proxy="http://proxy.invalid:3128",
        trusted_hosts=("one.invalid", "two.invalid:8443"),
        timeout=7.5,
        retries=2,
        ignored_extra_index_urls=("https://one.invalid:8443/simple", "https://two.invalid/simple"),
        ignored_find_links=("/wheels",),
    )
    assert "secret" not in repr(defaults)


def test_nothing_configured_gives_the_index_built_into_pip(environ: Mapping[str, str]) -> None:
    """The only place that knows its address is pip."""
    defaults = read_pip_defaults({**environ, "PIP_CONFIG_FILE": os.devnull}, None)

    assert defaults == PipDefaults(index_url=defaults.index_url)
    assert defaults.index_url.startswith("https://")


@pytest.mark.parametrize("loudness", ["PIP_QUIET", "PIP_VERBOSE"])
def test_pip_answers_however_loud_it_is_told_to_be(environ: Mapping[str, str], loudness: str) -> None:
    """A quiet pip would print nothing, a loud one more than was asked."""
    said = {
        **environ,
        "PIP_CONFIG_FILE": os.devnull,
        loudness: "3",
        "PIP_INDEX_URL": "https://mine.invalid/simple",
    }

    assert read_pip_defaults(said, None) == PipDefaults(index_url="https://mine.invalid/simple")


def test_a_pip_in_the_current_folder_is_not_run(
    environ: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`python -m` would run it; a folder's content must not become code because lbuild was called there."""
    (tmp_path / "pip.py").write_text("raise SystemExit('run')")
    monkeypatch.chdir(tmp_path)

    assert read_pip_defaults({**environ, "PIP_CONFIG_FILE": os.devnull}, None).index_url


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("index-url = x\n", "File contains no section headers."),
        ("[global]\ntimeout = soon\n", "'soon'"),
        ("[global]\nquiet = maybe\n", "maybe is not a valid value for quiet option"),
    ],
)
def test_a_broken_configuration_is_told_in_pips_words(
    environ: Mapping[str, str], home: Path, text: str, evidence: str
) -> None:
    """pip knows best what it cannot read."""
    config = write_config(home / "pip.conf", text)
    with pytest.raises(PipConfigurationError) as caught:
        read_pip_defaults({**environ, "PIP_CONFIG_FILE": str(config)}, None)

    assert caught.value.status is ExitStatus.ENVIRONMENT
    assert evidence in "\n".join(caught.value.evidence)


def test_evidence_holds_no_credentials(environ: Mapping[str, str], home: Path) -> None:
    """pip quotes the line it cannot read, passwords and all."""
    config = write_config(home / "pip.conf", "index-url = https://name:secret@index.invalid/simple\n")
    with pytest.raises(PipConfigurationError) as caught:
        read_pip_defaults({**environ, "PIP_CONFIG_FILE": str(config)}, None)

    assert "//****@index.invalid" in "\n".join(caught.value.evidence)
    assert "secret" not in "\n".join(caught.value.evidence)


def test_a_missing_pip_is_told_with_what_to_do(
    environ: Mapping[str, str], without_pip: Mapping[str, str]
) -> None:
    """An environment may have been made without it."""
    with pytest.raises(PipConfigurationError) as caught:
        read_pip_defaults({**environ, **without_pip}, None)

    assert "No module named pip" in caught.value.evidence[0]
    assert caught.value.hint == "Install pip beside lbuild with `python -m ensurepip`"


# -- the kept answer -------------------------------------------------------------------------------


def test_pip_is_asked_once(
    environ: Mapping[str, str], home: Path, store: Store, without_pip: Mapping[str, str]
) -> None:
    """The second time the answer is there although pip could not give it."""
    config = write_config(home / "pip.conf", "[global]\nindex-url = https://a.invalid\ntrusted-host = a b\n")
    environ = {**environ, "PIP_CONFIG_FILE": str(config)}
    first = read_pip_defaults(environ, store)

    assert read_pip_defaults({**environ, **without_pip}, store) == first
    assert first.trusted_hosts == ("a", "b")


@pytest.mark.skipif(sys.platform == "win32", reason="pip's files have other names there")
def test_pip_is_asked_again_when_its_files_change(
    environ: Mapping[str, str], home: Path, store: Store
) -> None:
    """A file that appears counts, one that changes, and one that goes."""
    environ = {name: value for name, value in environ.items() if not name.startswith("XDG_")}
    config = home / ".pip" / "pip.conf"
    seen = [read_pip_defaults(environ, store).index_url]
    for name in ("one", "two"):
        write_config(config, f"[global]\nindex-url = https://{name}.invalid\n")
        seen.append(read_pip_defaults(environ, store).index_url)
    config.unlink()
    seen.append(read_pip_defaults(environ, store).index_url)

    assert seen[1:3] == ["https://one.invalid", "https://two.invalid"]
    assert seen[0] == seen[3]


def test_pip_is_asked_again_when_its_variables_change(environ: Mapping[str, str], store: Store) -> None:
    """They decide as files do."""
    environ = {**environ, "PIP_CONFIG_FILE": os.devnull}
    one = read_pip_defaults({**environ, "PIP_INDEX_URL": "https://one.invalid"}, store)
    two = read_pip_defaults({**environ, "PIP_INDEX_URL": "https://two.invalid"}, store)

    assert (one.index_url, two.index_url) == ("https://one.invalid", "https://two.invalid")


@pytest.mark.parametrize(
    "option",
    [
        "index-url = https://name:sesame@index.invalid/simple",
        "proxy = name:sesame@proxy.invalid:80",
        "extra-index-url = https://index.invalid/simple https://sesame@more.invalid/simple",
        "find-links = https://index.invalid/links?token=sesame",
    ],
)
def test_credentials_are_never_written_down(
    environ: Mapping[str, str], home: Path, store: Store, option: str
) -> None:
    """An answer that holds some is given and forgotten: caches get copied to where secrets must not go."""
    config = write_config(home / "pip.conf", f"[global]\n{option}\n")
    read_pip_defaults({**environ, "PIP_CONFIG_FILE": str(config)}, store)
    written = [path.read_bytes() for path in store.root.rglob("*") if path.is_file()]

    assert not any(b"sesame" in content for content in written)


def test_an_answer_from_a_file_just_written_is_not_kept(
    environ: Mapping[str, str], home: Path, store: Store, without_pip: Mapping[str, str]
) -> None:
    """Within one tick of a coarse clock it could be written again and look the same."""
    config = write_config(home / "pip.conf", "[global]\nindex-url = https://a.invalid\n", age=0.0)
    environ = {**environ, "PIP_CONFIG_FILE": str(config)}
    read_pip_defaults(environ, store)

    with pytest.raises(PipConfigurationError):
        read_pip_defaults({**environ, **without_pip}, store)


# -- understanding pip -----------------------------------------------------------------------------

_DEBUG = """\
env_var:
  PIP_INDEX_URL='https://variable.invalid'
env:
  /custom.conf, exists: True
    global.index-url: https://custom.invalid
global:
  /etc/pip.conf, exists: True
    global.index-url: https://global.invalid
    global.trusted-host:
    one.invalid:8443
    two.invalid
    global.find-links: C:\\wheels
    install.index-url: https://install.invalid
site:
  /venv/pip, exists: no, really.conf, exists: False
user:
  /home/pip.conf, exists: True
    global.index-url: https://user.invalid
    install.index-url:
    global.cert: ~
"""


def test_files_and_sections_override_each_other_as_in_pip() -> None:
    """The custom file beats the user's, which beats the global one; an emptied option is none."""
    configured = parse_debug(_DEBUG)

    assert configured.files == (
        "/custom.conf",
        "/etc/pip.conf",
        "/venv/pip, exists: no, really.conf",
        "/home/pip.conf",
    )
    assert configured.options == {
        "index-url": "https://custom.invalid",
        "trusted-host": "one.invalid:8443\ntwo.invalid",
        "find-links": "C:\\wheels",
        "cert": "~",
    }


@pytest.mark.parametrize("text", ["", "env_var:\nglobal:\n", "something else\n", "global.index-url='x'\n"])
def test_an_answer_in_another_form_is_refused(text: str) -> None:
    """A future pip that answers otherwise is not taken for one without configuration."""
    with pytest.raises(PipConfigurationError):
        parse_debug(text)


def test_variables_are_options() -> None:
    """Empty ones count as unset, older names as the newer."""
    environ = {
        "PIP_INDEX_URL": "",
        "PIP_DEFAULT_TIMEOUT": "3",
        "PIP_TRUSTED_HOST": "a",
        "HOME": "/h",
        "PIPX": "1",
    }

    assert options_of_variables(environ) == {"timeout": "3", "trusted-host": "a"}


@pytest.mark.parametrize(
    "options", [{"timeout": "0"}, {"timeout": "-1"}, {"timeout": "nan"}, {"retries": "-1"}]
)
def test_a_number_that_no_request_can_use_is_refused(options: dict[str, str]) -> None:
    """pip checks that it is a number, and no more."""
    with pytest.raises(PipConfigurationError):
        defaults_of(options, builtin_index="x", home=None)


@pytest.mark.parametrize("text", ["inf", "1e12"])
def test_a_time_out_without_end_is_a_day(text: str) -> None:
    """No operating system waits longer than it can count."""
    assert defaults_of({"timeout": text}, builtin_index="x", home=None).timeout == 86_400


@pytest.mark.parametrize(
    "line",
    [
        "index-url = https://name:sesame@index.invalid/simple",
        "index-url = https://name:open/sesame@index.invalid/simple",
        "index-url = https://name:open@sesame@index.invalid/simple",
        "proxy=name:sesame@index.invalid:80",
    ],
)
def test_what_pip_says_is_shown_without_passwords(line: str) -> None:
    """Also of URLs that nobody can read, which is when pip says them."""
    (shown,) = without_logins(f"\n{line}\n")

    assert "sesame" not in shown
    assert "index.invalid" in shown


def test_a_help_text_without_an_index_is_refused() -> None:
    """There is no other place to take an index from."""
    with pytest.raises(PipConfigurationError) as caught:
        parse_builtin_index("-i, --index-url <url>  Base URL")

    assert caught.value.hint is not None


@pytest.mark.parametrize(
    ("text", "told"), [("1", True), ("yes", True), ("0", False), ("off", False), (None, False)]
)
def test_no_index_is_read_as_pip_reads_it(text: str | None, told: bool) -> None:
    """pip's words for yes and no."""
    options = {} if text is None else {"no-index": text}

    assert defaults_of(options, builtin_index="x", home=None).no_index is told
