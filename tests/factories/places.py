"""Places to publish to, in memory: slow in odd moments, or lost in one; and what must hold of a place."""

import hashlib
import json
import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urljoin

from prebuilt_index.publish.place import Listed, Place


class LostError(Exception):
    """The publisher was killed."""


@dataclass
class Memory:
    """Objects of a storage, shared by all who publish to it."""

    objects: dict[str, bytes] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    conditional: bool = True
    """Whether a write looks at what it replaces."""
    url: str = "memory:"
    serves_folders: bool = False

    def listed(self, below: str) -> Mapping[str, Listed]:
        with self.lock:
            return {
                key: Listed(len(content), self.tag_of(content))
                for key, content in self.objects.items()
                if key.startswith(below)
            }

    def tag_of(self, content: bytes) -> str:
        return hashlib.md5(content, usedforsecurity=False).hexdigest()

    def read(self, key: str) -> tuple[bytes, str] | None:
        with self.lock:
            content = self.objects.get(key)
        return None if content is None else (content, self.tag_of(content))

    def sha256(self, key: str) -> str | None:
        with self.lock:
            content = self.objects.get(key)
        return None if content is None else hashlib.sha256(content).hexdigest()

    def send(self, key: str, source: Path, sha256: str) -> bool:
        return self.write(key, source.read_bytes(), None)

    def write(self, key: str, content: bytes, over: str | None) -> bool:
        with self.lock:
            there = self.objects.get(key)
            if self.conditional and over != (None if there is None else self.tag_of(there)):
                return False
            self.objects[key] = content
            return True


@dataclass
class Odd:
    """One publisher's way to a place: each question takes a while, and after some he is dead."""

    place: Place
    seed: int = 0
    nap: float = 0.0
    """Seconds, mostly at most, before each question."""
    life: int | None = None
    """Questions until death."""
    calls: int = 0
    writes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._lock = threading.Lock()
        self.url = self.place.url
        self.serves_folders = self.place.serves_folders

    def _before(self) -> None:
        with self._lock:
            self.calls += 1
            if self.life is not None and self.calls > self.life:
                raise LostError
            # Now and then a long one: what was learnt is old by then.
            nap = self._random.uniform(0, self.nap) * (12 if self._random.random() < 0.12 else 1)
        if nap:
            time.sleep(nap)

    def listed(self, below: str) -> Mapping[str, Listed]:
        self._before()
        return self.place.listed(below)

    def tag_of(self, content: bytes) -> str | None:
        return self.place.tag_of(content)

    def read(self, key: str) -> tuple[bytes, str] | None:
        self._before()
        return self.place.read(key)

    def sha256(self, key: str) -> str | None:
        self._before()
        return self.place.sha256(key)

    def send(self, key: str, source: Path, sha256: str) -> bool:
        self._before()
        self.writes.append(key)
        return self.place.send(key, source, sha256)

    def write(self, key: str, content: bytes, over: str | None) -> bool:
        self._before()
        self.writes.append(key)
        return self.place.write(key, content, over)


def on_pages(objects: Mapping[str, bytes]) -> dict[str, str]:
    """File name to sha256 of all that JSON pages name."""
    return {
        file["filename"]: file["hashes"]["sha256"]
        for key, content in objects.items()
        if key.startswith("simple/") and key.endswith("/index.json") and key.count("/") == 2
        for file in json.loads(content)["files"]
    }


def dangling(objects: Mapping[str, bytes]) -> list[str]:
    """What pages name and the place has not, or has with other bytes."""
    found = []
    for key, content in objects.items():
        if not (key.startswith("simple/") and key.endswith("/index.json") and key.count("/") == 2):
            continue
        for file in json.loads(content)["files"]:
            path = unquote(urljoin(f"/{key}", file["url"])).removeprefix("/")
            there = objects.get(path)
            if there is None or hashlib.sha256(there).hexdigest() != file["hashes"]["sha256"]:
                found.append(path)
            metadata = objects.get(f"{path}.metadata")
            if metadata is None or hashlib.sha256(metadata).hexdigest() != file["core-metadata"]["sha256"]:
                found.append(f"{path}.metadata")
    return found
