"""One figure of a plan as an SVG file, with its message in words and the numbers behind it.

python workbook.py python examples/one_figure.py [PLAN] [FILE]
"""

import sys
from pathlib import Path

from trainplan import compute, load_plan, parts


def save_causes(plan: str, file: str, language: str = "en") -> str:
    """Draws why targets are missed, prints the table of verdicts, and returns the figure's message."""
    results = compute(load_plan(plan))
    drawing = parts.causes(results).page_figure(language)
    Path(file).write_text(drawing.svg(), encoding="utf-8")
    print(parts.verdicts(results).frame(language).to_string(index=False))
    return drawing.caption.alt


if __name__ == "__main__":
    print(save_causes(*(sys.argv[1:] or ["an_giang_2011_2015", "causes.svg"])))
