"""Zappa's archive, made anew by lbuild. Written by `lbuild zappa --write-callback`, which writes it again.

In a stage of zappa_settings:

    "callbacks": {"zip": "lbuild_zappa.on_zip"},
    "lbuild": ["requirements.txt", "--slim", "small"]

The second line is more words for lbuild, and may be missing. This file runs inside Zappa, so it imports the
standard library alone: no module of yours is ever taken for one of lbuild's, or the other way round.
"""

import os
import subprocess
import sys
from typing import Any

COMMAND = "lbuild"
LEFT_OUT = ("PYTHONPATH", "PYTHONHOME")
"""Variables that would put your modules before lbuild's own."""


def on_zip(cli: Any) -> None:
    """Called by Zappa between packaging and uploading; `cli.zip_path` is the archive."""
    archive = os.path.abspath(cli.zip_path)
    words = [COMMAND, "zappa", cli.api_stage, "--archive", archive]
    for option, value in (
        ("--runtime", getattr(cli, "runtime", None)),
        ("--arch", getattr(cli, "architecture", None)),
        ("--zappa-version", getattr(sys.modules.get("zappa"), "__version__", None)),
    ):
        if isinstance(value, str):
            words += [option, value]
    more = cli.stage_config.get("lbuild", [])
    words += [more] if isinstance(more, str) else [str(word) for word in more]
    environ = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    try:
        status = subprocess.call(words, env=environ)
    except OSError as error:
        sys.stderr.write(f"lbuild cannot be run: {error}\nInstall it: pip install lambda-lbuild\n")
        status = 6
    if status:
        # Zappa's own archive must not be deployed in place of the one that failed.
        os.remove(archive)
        raise SystemExit(status)
