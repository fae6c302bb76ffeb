"""Does in a container what `watch` does in lbuild's own process.

python3.X -S -s -B agent.py JOB    stdout: what the function prints; stderr: what came of it, as JSON

JOB and the answer are JSON in which bytes are texts of as many characters (Latin-1).
"""

from __future__ import annotations

import json
import sys
from typing import Any

# The packages this is part of are not installed where it runs.
sys.path[0] = __file__.rpartition("/builder/")[0]

from builder.trial.beside.watch import Invocation, Launch, read, start  # noqa: E402


def main(file: str) -> None:
    """The job is done, and the answer written."""
    with open(file, encoding="ascii") as content:
        job = json.load(content)
    try:
        answer = done(Launch(**job["launch"]), job)
    except OSError as error:
        answer = {"refused": str(error)}
    json.dump(answer, sys.stderr)


def done(launch: Launch, job: dict[str, Any]) -> dict[str, Any]:
    """The fields of `watch.Outcome` or of `watch.Reading`."""
    if "file" in job:
        content, ending = read(launch, job["file"], job["seconds"], say)
        return {"content": content.decode("latin-1"), "ending": ending}
    invocation = Invocation(**job["invocation"])
    outcome = start(launch, invocation._replace(event=job["invocation"]["event"].encode("latin-1")), say)
    return {**outcome._asdict(), "payload": outcome.payload.decode("latin-1")}


def say(line: bytes) -> None:
    """What the function printed goes on at once."""
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1])
