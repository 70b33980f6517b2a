"""`trainplan` and `python -m trainplan` are the command line."""

import sys

from trainplan.run import interrupts


def start() -> None:
    """Runs the command line of this process; an interrupt is answered before anything heavy is imported, and after."""
    interrupts.answered()
    from trainplan.cli import main

    status = main()
    interrupts.ignored()
    sys.exit(status)


if __name__ == "__main__":
    start()
