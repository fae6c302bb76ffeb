"""What holds for all tests, and rooms for those of commands and of the Python API."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from factories.commands import NOWHERE, Room, environment, make_room
from factories.commands import only as only_environment
from factories.witnesses import witness
from prebuilt_index.pip_config import read_pip_defaults
from prebuilt_index.store import Store
from servers.index_server import IndexServer

# A busy machine is no failure.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # As `nohup` or a shell's `&` leaves it: tests of interruptions would wait for ever.
    signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = ["factories.dealing"]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with a pip configuration that leads nowhere."""
    folder = tmp_path_factory.mktemp("home")
    file = folder / "pip.conf"
    file.write_text(f"[global]\nindex-url = {NOWHERE}\nextra-index-url =\nfind-links =\n")
    os.utime(file, (0, 0))  # an old file: what was just written is asked for again every time
    return folder


@pytest.fixture(scope="session")
def answers(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that holds what pip says in that home, and nothing else: asking takes a third of a second."""
    folder = tmp_path_factory.mktemp("answers")
    with only_environment(environment(home)), Store.open(folder) as store:
        read_pip_defaults(os.environ, store)
    return folder


@pytest.fixture
def index() -> Iterator[IndexServer]:
    """An index with nothing on it."""
    with IndexServer() as server:
        yield server


@pytest.fixture
def room(tmp_path: Path, home: Path, answers: Path, index: IndexServer) -> Room:
    """A user's world with that index."""
    return make_room(tmp_path, home, answers, index)


@pytest.fixture
def marker(tmp_path: Path) -> Iterator[Path]:
    """A file that does not exist, and that a build may write to wherever it works."""
    with witness(tmp_path) as path:
        yield path
