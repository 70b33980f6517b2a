"""What the marks of a drawing stand for: samples with their names, side by side above it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trainplan.report.drawing import Sheet, text_width, wrap_words

SAMPLE = 22.0  # px of a sample
Sample = Callable[[Sheet, float, float], None]  # draws it from a left edge on, about a middle line


def draw_key(sheet: Sheet, top: float, samples: Sequence[tuple[Sample, str]]) -> float:
    """The samples with their names, in as many lines as they take; returns where what follows may begin."""
    left = 0.0
    for sample, name in samples:
        own = SAMPLE + 6 + text_width(name, sheet.size)
        if left and left + own > sheet.width:
            left, top = 0.0, top + sheet.line_height + 2
        sample(sheet, left, top + sheet.line_height / 2)
        lines = wrap_words(name, sheet.width - SAMPLE - 6, sheet.size)
        sheet.lines(left + SAMPLE + 6, top, lines)
        top += (len(lines) - 1) * sheet.line_height
        left += own + 16
    return top + sheet.line_height + 4
