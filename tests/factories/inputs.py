"""A working directory in memory, and inputs read from it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from builder.disk import MemoryDisk
from builder.inputs import Reading, read_inputs
from builder.model import Inputs, Request
from factories.targets import make_target

CWD = Path("/here").absolute()
FILES: Mapping[str, str | bytes] = {
    "pkg/pyproject.toml": "",
    "old/setup.py": "",
    "my project/pyproject.toml": "",
    "plain/notes.md": "",
    "sub/inner/pyproject.toml": "",
    "demo-1.0-py3-none-any.whl": "",
    "dist/demo-1.0.tar.gz": "",
    "dist/odd.whl": "",
    "wheels/x.whl": "",
    "sub/links/x.whl": "",
}
"""Projects, archives and folders that every disk made here has."""
ENVIRONMENT = make_target().environment()


def make_disk(files: Mapping[str, str | bytes] | None = None) -> MemoryDisk:
    """A disk with the usual files and these, below the working directory."""
    contents = {**FILES, **(files or {})}
    return MemoryDisk(
        files={
            CWD / name: text.encode() if isinstance(text, str) else text for name, text in contents.items()
        }
    )


def read_words(*words: str, files: Mapping[str, str | bytes] | None = None, **options: Any) -> Reading:
    """What the words of a command line stand for among these files."""
    given = {"environ": {}, "environment": ENVIRONMENT, "disk": make_disk(files), "cwd": CWD}
    return read_inputs(words, **{**given, **options})


def read_text(content: str | bytes, files: Mapping[str, str | bytes] | None = None, **options: Any) -> Inputs:
    """What `requirements.txt` with this content asks for."""
    return read_words(
        "requirements.txt", files={**(files or {}), "requirements.txt": content}, **options
    ).inputs


def written(requests: tuple[Request, ...]) -> list[str]:
    """Requests in short: where and what."""
    return [f"{request.origin} {request.requirement or request.direct}" for request in requests]
