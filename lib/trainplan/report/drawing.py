"""Drawings of a page as SVG: real text, sharp at every size, the same bytes for the same numbers, no scripts.

A drawing is made twice, for a wide page and for a phone; the style sheet it carries shows one. Its texts are wrapped by
words and never cut off: their widths are estimated, from above, for the widest of the fonts that may show them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from markupsafe import escape

from trainplan.report.page_figure import PageFigure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDE, NARROW = 720, 358  # px
SIZES = {WIDE: 13, NARROW: 12}  # px of text
TALLEST = 800  # px that one printed page has room for with letters of 8 points
FONTS = "Segoe UI, Noto Sans, Arial, DejaVu Sans, sans-serif"
INK, NOTE, PLAN, BAND = "#1b1f24", "#5a6270", "#0a5c99", "#b7d0e6"
AXIS, RULE, CLOSED, PAPER = "#7a828e", "#d8dce2", "#eef0f3", "#ffffff"
VERDICTS = {"met": "#14663f", "nearly": "#8a5a00", "missed": "#a8321a"}
VERDICT_MARKS = {"met": "●", "nearly": "◐", "missed": "○"}
SOURCES = (  # colors, and what tells them apart in grey: plain, strokes, dots, lines, crosses
    ("#0a5c99", ""),
    ("#f0c26b", f'<path d="M-2 2 2 -2M0 8 8 0M6 10 10 6" stroke="{INK}"/>'),
    ("#2c7a6b", f'<g fill="{PAPER}"><circle cx="2" cy="2" r="1.3"/><circle cx="6" cy="6" r="1.3"/></g>'),
    ("#cbb8e0", f'<path d="M0 2H8M0 6H8" stroke="{INK}"/>'),
    ("#7a4b2a", f'<path d="M0 0 8 8M0 8 8 0" stroke="{PAPER}"/>'),
)
STYLE = (
    ".drawn{margin:1rem 0}.drawn svg{display:block;width:100%;height:auto}"
    f".drawn .w{WIDE}{{max-width:60rem}}.drawn .w{NARROW}{{max-width:28rem;display:none}}"
    f"@media screen and (max-width:40rem){{.drawn .w{WIDE}{{display:none}}.drawn .w{NARROW}{{display:block}}}}"
)
LEADING = 1.3  # from one line of text to the next, in sizes of the text
SLIM, SLIGHT, BROAD = " .,:;'|iljI!·\u202f", '()[]frt"/-–“”‘’', "mwMW%@—…"


@lru_cache(10_000)  # a drawing that follows a lever has the same words again
def text_width(words: str, size: float, bold: bool = False) -> float:
    """How wide a line of text may become, in px; in no font of FONTS is it wider."""
    ems = 0.0
    for letter in words:
        plain = unicodedata.normalize("NFD", letter)[0]
        if plain in SLIM:
            ems += 0.34
        elif plain in SLIGHT:
            ems += 0.47
        elif plain in BROAD:
            ems += 1.0
        else:
            ems += 0.8 if plain.isupper() or not plain.isascii() else 0.645
    return ems * size * (1.12 if bold else 1)


def wrap_words(words: str, width: float, size: float, bold: bool = False) -> list[str]:
    """The words in lines no wider than `width` px; only a word that is itself wider is broken."""
    lines = [""]
    for word in words.split():
        for piece in _break(word, width, size, bold):
            longer = f"{lines[-1]} {piece}".strip()
            if lines[-1] and text_width(longer, size, bold) > width:
                lines.append(piece)
            else:
                lines[-1] = longer
    return lines


def join_texts(texts: Sequence[str], width: float, size: float) -> list[str]:
    """The texts with dots between, in lines no wider than `width` px, broken at the dots where each fits."""
    lines: list[str] = []
    for text in texts:
        joined = f"{lines[-1]} · {text}" if lines else text
        if lines and text_width(joined, size) <= width:
            lines[-1] = joined
        else:
            lines += wrap_words(text, width, size)
    return lines


def _break(word: str, width: float, size: float, bold: bool) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and text_width(pieces[-1] + letter, size, bold) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


@dataclass(frozen=True)
class Mark:
    """An element of a drawing: its tag and attributes as SVG names them, `_` for a dash; the words of a text.

    `source` is the place in SOURCES of the look that fills it; without one, `fill` of its attributes does.
    """

    tag: str
    attributes: Mapping[str, object]
    words: str = ""
    source: int | None = None


class Sheet:
    """A sheet of `width` px on which marks and texts are put; its height is set when all is drawn."""

    def __init__(self, width: int) -> None:
        self.width, self.size = width, SIZES[width]
        self.height = 0.0
        self.marks: list[Mark] = []
        self.breaks: list[tuple[int, float]] = []  # how many marks lie above a place, px, where paper may part

    @property
    def line_height(self) -> float:
        """From one line of text to the next, px."""
        return self.size * LEADING

    def put(self, tag: str, **attributes: object) -> None:
        """An element of SVG; `_` in the name of an attribute stands for a dash, numbers have one decimal."""
        self.marks.append(Mark(tag, attributes))

    def box(self, x: float, y: float, width: float, height: float, source: int) -> None:
        """A rectangle in the look of a source, by its place in SOURCES."""
        place = {"x": x, "y": y, "width": width, "height": height}
        self.marks.append(Mark("rect", {**place, "fill": "", "stroke": INK, "stroke_width": 0.8}, source=source))

    def line(self, x1: float, y1: float, x2: float, y2: float, color: str = AXIS, width: float = 1) -> None:
        """A straight stroke."""
        self.put("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=color, stroke_width=width)

    def may_break(self, y: float) -> None:
        """All that follows lies below `y`: a drawing that is higher than a printed page may be parted there."""
        self.breaks.append((len(self.marks), y))

    def text(
        self, x: float, y: float, words: str, *, anchor: str = "start", color: str = INK, bold: bool = False
    ) -> None:
        """A line of text on the base line `y`."""
        look = {"text_anchor": anchor} if anchor != "start" else {}
        look |= {"fill": color} if color != INK else {}
        look |= {"font_weight": "bold"} if bold else {}
        self.marks.append(Mark("text", {"x": x, "y": y, **look}, str(words)))

    def lines(self, x: float, top: float, lines: Sequence[str], *, color: str = INK, bold: bool = False) -> float:
        """Lines of text one below the other; returns where the next would have its upper edge."""
        for k, words in enumerate(lines):
            self.text(x, top + self.size + k * self.line_height, words, color=color, bold=bold)
        return top + len(lines) * self.line_height

    def svg(self, alt: str) -> str:
        """The drawing, readable aloud by `alt`; a file of its own, and a part of a page."""
        return self._svg(f'class="w{self.width}" {_aloud(alt)}', 0, self.height, self._elements())

    def on_paper(self, alt: str) -> str:
        """The drawing as a part of a page; in pieces, one below the other, where it is higher than a printed page."""
        if self.height <= TALLEST or not self.breaks:
            return self.svg(alt)
        ends, elements = [(0, 0.0), *self.breaks, (len(self.marks), self.height)], [*self._elements()]
        pieces = (
            self._svg('class="piece"', top, bottom, elements[first:last])
            for (first, top), (last, bottom) in pairwise(ends)
        )
        return f'<div class="w{self.width}" {_aloud(alt)}>{"".join(pieces)}</div>'

    def _svg(self, look: str, top: float, bottom: float, elements: Iterable[str]) -> str:
        y, height = round(top), round(bottom) - round(top)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {look} viewBox="0 {y} {self.width} {height}"'
            f' width="{self.width}" height="{height}" font-family="{FONTS}" font-size="{self.size}" fill="{INK}">'
            f'<rect y="{y}" width="{self.width}" height="{height}" fill="{PAPER}"/>{"".join(elements)}</svg>'
        )

    def _elements(self) -> Iterator[str]:
        """The marks as elements, the pattern of a source before the first that has it."""
        defined = set[str]()
        for mark in self.marks:
            attributes, pattern = mark.attributes, ""
            if mark.source is not None:
                color, strokes = SOURCES[mark.source]
                key = f"source{mark.source + 1}-{self.width}"  # of this width alone: the other may not be shown
                if strokes and key not in defined:
                    defined.add(key)
                    pattern = _pattern(key, color, strokes)
                attributes = {**attributes, "fill": f"url(#{key})" if strokes else color}
            pairs = ((name.rstrip("_").replace("_", "-"), _attribute(value)) for name, value in attributes.items())
            opening = f"{pattern}<{mark.tag}" + "".join(f' {name}="{value}"' for name, value in pairs)
            yield f"{opening}>{escape(mark.words)}</{mark.tag}>" if mark.tag == "text" else f"{opening}/>"


def _aloud(alt: str) -> str:
    return f'role="img" aria-label="{escape(alt)}"'


def _pattern(key: str, color: str, strokes: str) -> str:
    """The look of a source, to be filled with."""
    pattern = f'<pattern id="{key}" width="8" height="8" patternUnits="userSpaceOnUse">'
    return f'<defs>{pattern}<rect width="8" height="8" fill="{color}"/>{strokes}</pattern></defs>'


def _attribute(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, int | float) else str(escape(value))


@dataclass(frozen=True)
class Fold:
    """A part of a drawing that a click unfolds: its title and what draws it; of a `narrow` one a phone's page alone."""

    title: str
    draw: Callable[[Sheet], None]
    narrow: bool = False

    def html(self) -> str:
        """The folded part, below the drawing."""
        kind = f' class="w{NARROW}"' if self.narrow else ""
        drawn = _sheet_of(self.draw, NARROW).svg(self.title) if self.narrow else _pair(self.draw, self.title)
        return f"<details{kind}><summary>{escape(self.title)}</summary>{drawn}</details>"


@dataclass(frozen=True)
class Drawing(PageFigure):
    """A figure that `draw` puts on a sheet of either width; `whole` draws everything for the file where parts fold."""

    draw: Callable[[Sheet], None]
    folds: tuple[Fold, ...] = ()
    whole: Callable[[Sheet], None] | None = None

    has_file: ClassVar = True

    def svg(self, width: int = WIDE) -> str:
        """The drawing as an SVG file."""
        return self._whole(width).svg(self.caption.alt)

    def figure(self, width: int = WIDE) -> Figure:
        """The drawing as matplotlib has it, in inches of 96 px."""
        from trainplan.report.drawing_figure import figure_of

        return figure_of(self._whole(width))

    def png(self, width: int = WIDE) -> bytes:
        """The drawing as a PNG file of twice its size in px, the same bytes for the same drawing."""
        from trainplan.report.drawing_figure import png_of

        return png_of(self._whole(width))

    def _whole(self, width: int) -> Sheet:
        return _sheet_of(self.whole or self.draw, width)

    def body(self) -> str:
        """The drawing in both widths, its folded parts below it."""
        parts = [f"<style>{STYLE}</style>", _pair(self.draw, self.caption.alt)]
        return "".join([*parts, *(fold.html() for fold in self.folds)])


def _pair(draw: Callable[[Sheet], None], alt: str) -> str:
    return _sheet_of(draw, WIDE).on_paper(alt) + _sheet_of(draw, NARROW).svg(alt)  # paper has the wide one


def _sheet_of(draw: Callable[[Sheet], None], width: int) -> Sheet:
    sheet = Sheet(width)
    draw(sheet)
    return sheet
