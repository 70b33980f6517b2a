"""`trainplan` and `python -m trainplan` are the command line."""

import gc
import os
import sys

from trainplan.run import interrupts

MANY = 100_000  # objects made before garbage is looked for: what is imported is none


def start() -> None:
    """Runs the command line of this process; an interrupt is answered before anything heavy is imported, and after."""
    if sys.getfilesystemencoding() != "utf-8":  # a system without letters: names of files would be bytes of none
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])
    interrupts.end_from_now()
    gc.set_threshold(MANY)
    from trainplan.cli import main

    status = main()
    interrupts.ignore_from_now()
    gc.freeze()  # or every object would be looked at once more at the end, which takes half a second
    sys.exit(status)


if __name__ == "__main__":
    start()
