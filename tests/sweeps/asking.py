"""Questions to an unpacked bundle, answered by a target's interpreter in processes with time limits."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

SCRIPT = Path(__file__).with_name("answer_each.py")
TOGETHER = 600
"""Questions a process is given; the same ones in the same order whatever was left out of the bundle."""
SECONDS = 40
_SUFFIX = re.compile(r"(?:\.py|(?:\.cpython-\d+-[\w-]+|\.abi3)?\.so)")
_ADDRESS = re.compile(r"0x[0-9a-f]+")


class Question(NamedTuple):
    """Of a kind that `answer_each.py` knows."""

    kind: str
    subject: str


class Answer(NamedTuple):
    """What came of a question; where it is not ok, the exception or how the process ended."""

    ok: bool
    said: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Puts questions to a folder."""

    python: Path
    scratch: Path
    """An empty folder: the working directory, the home and the temporary files of what is imported."""
    seconds: int = SECONDS

    def ask(
        self, folder: Path, questions: Sequence[Question], together: int = TOGETHER
    ) -> dict[Question, Answer]:
        """What `folder` answers to each.

        Meanwhile it lies where every other lies when it is asked: answers name one place, and sources that
        are the same in two bundles are compiled once.
        """
        found: dict[Question, Answer] = {}
        place = folder.rename(self.scratch / "bundle")
        try:
            for start in range(0, len(questions), together):
                waiting = list(questions[start : start + together])
                while waiting:
                    ended = self._process(place, waiting, found)
                    waiting = [each for each in waiting if each not in found]
                    if waiting:
                        found[waiting.pop(0)] = Answer(False, ended)
        finally:
            place.rename(folder)
        return found

    def _process(self, folder: Path, questions: Sequence[Question], found: dict[Question, Answer]) -> str:
        """How one process ended, whose answers are then in `found`."""
        place = self.scratch / "work"
        place.mkdir(exist_ok=True)
        answers = self.scratch / "answers"
        answers.unlink(missing_ok=True)
        words = ["-I", "-S", "-B", "-X", f"pycache_prefix={self.scratch / 'pycache'}", str(SCRIPT)]
        homes = {"HOME": str(place), "TMPDIR": str(place), "PATH": os.defpath, "LANG": "C.UTF-8"}
        process = subprocess.Popen(
            [str(self.python), *words, str(folder), str(answers), str(self.seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=place,
            env=homes,
            start_new_session=True,
        )
        try:
            process.communicate(json.dumps(questions).encode(), timeout=self.seconds * 8)
            ended = f"the process ended with status {process.returncode}"
        except subprocess.TimeoutExpired:
            ended = "the process took too long"
        finally:
            _end_group(process)
        found.update(_read(answers))
        return ended


def _end_group(process: "subprocess.Popen[bytes]") -> None:
    """Ends whatever the process started and left."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _read(answers: Path) -> Iterator[tuple[Question, Answer]]:
    if not answers.exists():
        return
    for line in answers.read_text(encoding="utf-8").splitlines():
        kind, subject, ok, said = json.loads(line)
        if not ok:
            said = _ADDRESS.sub("0x", said)
        yield Question(kind, subject), Answer(ok, said)


def modules_of(paths: Iterable[str]) -> dict[str, str]:
    """Every module that files of a folder on sys.path offer, sorted: its name to its file.

    A folder without `__init__` above a module is one too, with an empty file: a namespace.
    """
    found: dict[str, str] = {}
    namespaces: set[str] = set()
    for path in sorted(paths):
        *folders, name = path.split("/")
        stem, dot, rest = name.partition(".")
        if not _SUFFIX.fullmatch(dot + rest) or not all(map(str.isidentifier, [*folders, stem])):
            continue
        parts = folders if stem == "__init__" and folders else [*folders, stem]
        found.setdefault(".".join(parts), path)
        namespaces.update(".".join(folders[:count]) for count in range(1, len(folders) + 1))
    return {name: found.get(name, "") for name in sorted(namespaces | found.keys())}


def files_of(folder: Path) -> dict[str, int]:
    """Every file below `folder`, to its size."""
    return {
        os.path.relpath(os.path.join(place, name), folder): os.path.getsize(os.path.join(place, name))
        for place, _, names in os.walk(folder)
        for name in names
    }


def differing(before: Mapping[Question, Answer], after: Mapping[Question, Answer]) -> list[Question]:
    """Questions that have another answer."""
    return [question for question, answer in before.items() if after[question] != answer]
