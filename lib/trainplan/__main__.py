"""`python -m trainplan` is the command line."""

import sys

from trainplan.cli import main

if __name__ == "__main__":
    sys.exit(main())
