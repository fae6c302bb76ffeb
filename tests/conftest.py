"""What holds for all tests."""

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # As `nohup` or a shell's `&` leaves it: tests of interruptions would wait for ever.
    signal.signal(signal.SIGINT, signal.default_int_handler)
