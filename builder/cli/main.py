"""The process: its streams, its signals and how it ends; what it is about is in `command`."""

import gc
import signal
import sys
from typing import NoReturn

from builder.cli.signals import Terminated, terminate


def main() -> NoReturn:
    """Run this process's command and exit: 0, or the status of what went wrong, told on stderr."""
    signal.signal(signal.SIGTERM, terminate)
    # Tens of thousands of values live to the end of a run: looking through them takes 10 ms of a warm one.
    gc.set_threshold(100_000)
    sys.exit(_status())


def _status() -> int:
    try:
        # Here: in the 60 ms that this takes nothing has begun, and an interruption has nothing to tell. Nor
        # has one that comes when all has been told.
        from builder.cli.command import outcome
        from builder.cli.streams import flush, open_closed_streams

        open_closed_streams()
        status = outcome(sys.argv[1:])
        flush()
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except Terminated:
        return 128 + signal.SIGTERM
    return status
