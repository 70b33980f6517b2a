"""Every benchmark of this folder that needs nothing but the project, with its command: what docs/benchmarks.md is from.

python workbook.py python benchmarks/all.py
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

COMMANDS = (
    "pages.py --all",
    "batch.py",
    "model.py",
    "draws.py",
    "optimal.py",
    "desk.py",
    "survey.py",
    "compare_others.py",
    "cluster.py",
)


def main() -> None:
    print(f"{os.cpu_count()} processors, Python {sys.version.split()[0]}", flush=True)
    for command in COMMANDS:
        script, *options = command.split()
        print(f"\npython workbook.py python benchmarks/{command}\n", flush=True)
        subprocess.run([sys.executable, Path(__file__).with_name(script), *options], check=False)


if __name__ == "__main__":
    main()
