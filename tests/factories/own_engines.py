"""A Docker engine of a test's own, which may be killed."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from containers.image import IMAGE
from factories.engines import engine_with_image
from factories.processes import wait_for


@dataclass(slots=True, kw_only=True)
class OwnEngine:
    """Its socket, its disk and all that it starts are its own."""

    folder: Path
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def host(self) -> str:
        """As DOCKER_HOST says it."""
        return f"unix://{self.folder}/engine.sock"

    def start(self, attempts: int = 4) -> None:
        """It answers. Its own helper, containerd, may take longer than it waits for it."""
        for _ in range(attempts):
            self._begin()
            with contextlib.suppress(ChildProcessError):
                wait_for(self._answers, 120)
                return
        pytest.skip(f"no second engine starts here: {(self.folder / 'log').read_text()[-300:]}")

    def _begin(self) -> None:
        # In a network of its own: without a bridge it would take that of this machine's engine away.
        words = ("--bridge=none", "--iptables=false", "--pidfile", f"{self.folder}/engine.pid")
        places = ("--data-root", f"{self.folder}/root", "--exec-root", f"{self.folder}/exec")
        with open(self.folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                ("unshare", "--net", "dockerd", "-H", self.host, *words, *places), stdout=log, stderr=log
            )

    def give_image(self) -> None:
        """It has the tests' image, from the engine that has it. By Docker's own client, which never tires."""
        with subprocess.Popen(("docker", "save", IMAGE), stdout=subprocess.PIPE) as giving:
            words = ("docker", "--host", self.host, "load", "--quiet")
            subprocess.run(words, stdin=giving.stdout, stdout=subprocess.DEVNULL, check=True)
        assert giving.returncode == 0

    def kill(self) -> None:
        """It is gone at once, and its containers are not."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    @contextmanager
    def client(self) -> Iterator[Any]:
        import docker

        with closing(docker.DockerClient(base_url=self.host)) as client:
            yield client

    def end(self) -> None:
        """Nothing of it is left."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(30)
            self.kill()
        for number in self._helpers():
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        time.sleep(0.2)
        for line in reversed(Path("/proc/self/mounts").read_text().splitlines()):
            if (place := line.split()[1]).startswith(str(self.folder)):
                subprocess.run(["umount", "--lazy", place], check=True)

    def _answers(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise ChildProcessError
        with contextlib.suppress(Exception), self.client() as client:  # of many kinds
            return bool(client.ping())
        return False

    def _helpers(self) -> Iterator[int]:
        """Programs that it started, which outlive it, and what they run."""
        for each in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if each.name.isdigit() and str(self.folder).encode() in (each / "cmdline").read_bytes():
                    yield int(each.name)


@contextmanager
def own_engine() -> Iterator[OwnEngine]:
    """One that has the image of the tests; the test is skipped where it cannot be had."""
    programs = ("dockerd", "docker", "unshare")
    if sys.platform != "linux" or os.geteuid() != 0 or None in map(shutil.which, programs):
        pytest.skip("only root starts an engine of its own, with Docker's `dockerd`")
    # A socket's path is short.
    with engine_with_image(), tempfile.TemporaryDirectory(prefix="lbuild-engine-") as folder:
        engine = OwnEngine(folder=Path(folder))
        try:
            engine.start()
            engine.give_image()
            yield engine
        finally:
            engine.end()
