"""`trainplan` and `python -m trainplan` are the command line."""

import sys

from trainplan.run import interrupts


def start() -> None:
    """Runs the command line of this process; an interrupt is answered before anything heavy is imported, and after."""
    interrupts.end_from_now()
    from trainplan.cli import main

    status = main()
    interrupts.ignore_from_now()
    sys.exit(status)


if __name__ == "__main__":
    start()
