"""What a page gets when all its cells are there: sections and their list, an annex, numbers of figures and tables.

A cell knows nothing of the others, so it leaves marks, comments that nobody sees in JupyterLab: where a number goes and
where links go. Links are written once the page stands in the folder of a run, so that none is dead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup, escape

from trainplan.results.registry import Stem
from trainplan.text.catalog import say, term

FIGURE, TABLE, CONTENTS = "<!--figure-->", "<!--table-->", "<!--contents-->"
LINKS = re.compile(r"(<!--links(?: (\w+))?(?: ([^>]*?))?-->)(.*?)(<!--/links-->)", re.DOTALL)
HEADING = re.compile(r"(?:<!--section ([\w-]*)-->\s*)?<h([12])\b[^>]*>(.*?)</h\2>", re.DOTALL)
READING = re.compile(r'<p class="reading">.*?</p>', re.DOTALL)
SENTENCE = re.compile(r" <span>(.*?)</span>", re.DOTALL)
ANNEX = "annex"  # the tag of the heading that begins the annex, and its name on the page
END = "</main>"


def source_line(tables: Sequence[Stem], language: str, picture: str = "") -> Markup:
    """The line below a figure or table: the titles of the result tables that hold its numbers, and a mark for links.

    `picture` is the name of the figure's file, if it has one. Nothing where there is neither.
    """
    files = [*(f"tables/{stem}.csv" for stem in tables), *([f"figures/{picture}.{language}"] if picture else ())]
    titles = "; ".join(dict.fromkeys(term("table_title", stem, language) for stem in tables))
    words = escape(say("page.source", language, tables=titles)) if tables else ""
    return Markup(f'<p class="source">{words}{links_mark("files", *files)}</p>' if files else "")


def reading_line(sentences: Sequence[str], language: str) -> Markup:
    """How to read a figure; an assembled page leaves out what it has said before."""
    said = "".join(f" <span>{escape(sentence)}</span>" for sentence in sentences)
    return Markup(f'<p class="reading"><em>{escape(say("page.reading", language))}</em>{said}</p>' if said else "")


def in_scroll(html: str) -> str:
    """What may be wider than the page, in a box that moves sideways."""
    return f'<div class="scroll" tabindex="0">{html}</div>'


def assemble(body: str, name: str, language: str) -> str:
    """The page of the notebook `name` from what its cells show."""
    return number_figures(add_sections(body, language), name, language)


def number_figures(html: str, name: str, language: str) -> str:
    """Gives figures and tables their numbers, behind the number that the page's name begins with.

    A sentence that tells how to read a figure stays where it stands first.
    """
    digits = re.match(r"\d+", name)
    before = f"{int(digits[0])}." if digits else ""
    for mark, key in ((FIGURE, "page.figure"), (TABLE, "page.table")):
        first, *rest = html.split(mark)
        labels = (escape(say(key, language, number=f"{before}{k}")) for k in count(1))
        html = first + "".join(f'<span class="number">{next(labels)}</span> {piece}' for piece in rest)
    said: set[str] = set()

    def once(sentence: re.Match[str]) -> str:
        new = sentence[1] not in said
        said.add(sentence[1])
        return sentence[0] if new else ""

    def shorten(line: re.Match[str]) -> str:
        left = SENTENCE.sub(once, line[0])
        return left if SENTENCE.search(left) else ""

    return READING.sub(shorten, html)


def add_sections(body: str, language: str) -> str:
    """Gives sections their names as anchors, numbers where they have none, and lists them before the first.

    Those below the heading of the annex are folded; the list names the annex alone.
    """
    main, end, foot = body.rpartition(END)
    main, begins, annex = main.partition(f"<!--section {ANNEX}-->")
    lead, *folded = annex.split("<!--section ")
    entries: list[str] = []

    def anchor_heading(match: re.Match[str]) -> str:
        name, level, title = match.groups()
        if level == "1":
            return f"<h1>{title}</h1>"
        anchor = name or f"section-{len(entries) + 1}"
        entries.append(f'<li><a href="#{anchor}">{title}</a></li>')
        return f'{CONTENTS if len(entries) == 1 else ""}<h2 id="{anchor}">{title}{links_mark("section", anchor)}</h2>'

    main = HEADING.sub(anchor_heading, main + begins + lead)
    main += "".join(_fold(f"<!--section {section}", f"{ANNEX}-{k}") for k, section in enumerate(folded, 1))
    label = escape(say("page.contents", language))
    contents = f'<nav class="toc" aria-label="{label}"><ol>{"".join(entries)}</ol></nav>\n'
    return main.replace(CONTENTS, contents, 1) + end + foot


def _fold(section: str, number: str) -> str:
    """A section of the annex: printed, it shows its title and the names of its files."""

    def summary(match: re.Match[str]) -> str:
        files = sorted({name for mark in LINKS.finditer(section) if mark[2] == "files" for name in mark[3].split()})
        title = f"<summary><h3>{match[3]}</h3>{links_mark('names', *files)}</summary>"
        return f'<details class="annex" id="{match[1] or number}">{title}'

    return f"{HEADING.sub(summary, section, count=1)}</details>\n"


def links_mark(kind: str, *names: str) -> str:
    """Where links of a kind go; `names` are of files in the folder of a run, or of a section."""
    return f"<!--links {' '.join((kind, *names))}--><!--/links-->"


def fill_links(page: str, fill: Callable[[str, Sequence[str]], str]) -> str:
    """The page with `fill` of a kind and its names at every mark; the kind of the ways to other pages is empty."""
    return LINKS.sub(lambda at: f"{at[1]}{fill(at[2] or '', (at[3] or '').split())}{at[5]}", page)


def file_links(kind: str, names: Sequence[str], folder: Path, root: str, language: str) -> str:
    """Links to those of the files that are in the folder of a run, which is `root` from the page; or their names.

    A picture is named without its suffix, and may be a PNG or an SVG.
    """
    there = [name for name in names if (folder / name).is_file()]
    if kind == "names":
        return f'<span class="printed">{escape(", ".join(Path(name).name for name in there))}</span>' if there else ""
    linked = [f'<a href="{root}{quote(name)}">{escape(Path(name).name)}</a>' for name in there]
    tables = [f"{escape(say('page.data', language))} {', '.join(linked)}"] if linked else []
    pictures = [
        f'<a href="{root}{quote(name + suffix)}">{escape(say("page.picture", language, kind=suffix[1:].upper()))}</a>'
        for name in names
        for suffix in (".png", ".svg")
        if name.startswith("figures/") and (folder / f"{name}{suffix}").is_file()
    ]
    return "".join(f" · {link}" for link in [*tables, *pictures[:1]])
