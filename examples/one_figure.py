"""One figure of a plan as a PNG file of one's own size, with its message in words and the numbers behind it.

python workbook.py python examples/one_figure.py [PLAN] [FILE]
"""

import sys

from trainplan import compute, load_plan, parts


def save_coverage(plan: str, file: str, language: str = "en") -> str:
    """Draws every target against its path, prints the table of verdicts, and returns the figure's message."""
    results = compute(load_plan(plan))
    part = parts.coverage(results)
    figure = part.figure(language)  # matplotlib's: whatever it can do to a figure can be done here
    figure.set_size_inches(12, figure.get_figheight() * 12 / figure.get_figwidth())
    figure.savefig(file, dpi=200)
    print(parts.verdicts(results).frame(language).to_string(index=False))
    return part.picture(language).alt


if __name__ == "__main__":
    print(save_coverage(*(sys.argv[1:] or ["an_giang_2011_2015", "coverage.png"])))
