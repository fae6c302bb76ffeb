"""Headless Chromium, driven over a pipe by its DevTools protocol: no driver, no port, no package.

with Browser.open() as browser:
    page = browser.page("http://127.0.0.1:8080/", width=390, height=844)
    assert page.evaluate("document.title") == "..."
"""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_READ, _WRITE = 3, 4
"""The descriptors that `--remote-debugging-pipe` reads from and writes to."""


class Browser:
    """A browser that runs."""

    def __init__(self, process: subprocess.Popen[bytes], sending: int, receiving: int) -> None:
        self._process = process
        self._sending = sending
        self._receiving = receiving
        self._buffer = b""
        self._number = 0
        self.events: list[dict[str, Any]] = []

    @classmethod
    @contextmanager
    def open(cls) -> Iterator[Self]:
        """A browser with a profile of its own; the test is skipped where there is none."""
        program = next(filter(None, map(shutil.which, _NAMES)), None)
        if program is None:
            pytest.skip(f"there is no headless browser: none of {', '.join(_NAMES)}")
        to_read, sending = os.pipe()
        receiving, to_write = os.pipe()
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            process = subprocess.Popen(
                [
                    program,
                    "--headless=new",
                    "--no-sandbox",  # CI runs as root
                    "--disable-gpu",
                    "--disable-dev-shm-usage",
                    "--hide-scrollbars",
                    "--no-first-run",
                    f"--user-data-dir={profile}",
                    "--remote-debugging-pipe",
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(_READ, _WRITE),
                preexec_fn=lambda: _place(to_read, to_write),
            )
            os.close(to_read)
            os.close(to_write)
            browser = cls(process, sending, receiving)
            try:
                yield browser
            finally:
                browser._close()

    def page(self, url: str, *, width: int, height: int, dark: bool = False, script: bool = True) -> "Page":
        """A tab that has loaded `url`, as wide and high as a window of these CSS pixels."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        page.call("Page.enable")
        page.call("Log.enable")
        page.call("Runtime.enable")
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        page.call("Emulation.setEmulatedMedia", features=[scheme])
        page.call("Emulation.setScriptExecutionDisabled", value=not script)
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        page.call("Emulation.setDeviceMetricsOverride", **metrics)
        page.call("Page.navigate", url=url)
        self._await(lambda event: event["method"] == "Page.loadEventFired", session)
        return page

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """The result of a method of the protocol."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        os.write(self._sending, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                result: dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)

    def _await(self, wanted: Any, session: str) -> None:
        deadline = time.monotonic() + 60
        while not any(event.get("sessionId") == session and wanted(event) for event in self.events):
            assert time.monotonic() < deadline, "the page did not load"
            self.events.append(self._receive())

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            block = os.read(self._receiving, 1 << 20)
            assert block, "the browser has ended"
            self._buffer += block
        message, _, self._buffer = self._buffer.partition(b"\0")
        read: dict[str, Any] = json.loads(message)
        return read

    def _close(self) -> None:
        os.close(self._sending)
        os.close(self._receiving)
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Page:
    """A page that is shown."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser = browser
        self._session = session

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The result of a method of the protocol, asked of this page."""
        return self._browser.call(method, self._session, **parameters)

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self.call("Input.insertText", text=text)

    def screenshot(self, path: Path) -> None:
        """The whole page as a PNG."""
        taken = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(taken["data"]))

    @property
    def complaints(self) -> list[str]:
        """What the browser logged of this page: errors, and what its policy forbade."""
        entries = [
            event["params"]["entry"]
            for event in self._browser.events
            if event["method"] == "Log.entryAdded" and event.get("sessionId") == self._session
        ]
        return [entry["text"] for entry in entries if entry["level"] in ("warning", "error")]


def _place(to_read: int, to_write: int) -> None:
    """In the child: the pipes' ends are where the browser looks for them, whatever numbers they had."""
    read, write = (os.dup(end) if end in (_READ, _WRITE) else end for end in (to_read, to_write))
    os.dup2(read, _READ)
    os.dup2(write, _WRITE)
