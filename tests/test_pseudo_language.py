"""A language in which every text is a number between two marks: whatever word is still read comes from no catalog."""

from __future__ import annotations

import csv
import inspect
import re
import shutil
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import count
from pathlib import Path
from string import Formatter
from typing import Any

import openpyxl
import pytest
from ruamel.yaml import YAML

from making import make_part, with_facts, with_requests
from trainplan import figures, sentences, tables
from trainplan.analysis.attribution import attribute
from trainplan.analysis.failure_conditions import failure_conditions
from trainplan.analysis.goal_seek import goal_seek
from trainplan.analysis.marginal_values import marginal_values
from trainplan.analysis.monte_carlo import uncertainty
from trainplan.analysis.relaxations import relaxations
from trainplan.analysis.rule_comparison import compare_rules
from trainplan.analysis.sensitivity import sensitivity
from trainplan.cycle.review import load_review
from trainplan.cycle.year_plan import YearTables
from trainplan.desk.sections import desk_page
from trainplan.desk.session import Session
from trainplan.plan.find import PROJECT
from trainplan.plan.plan import load_plan
from trainplan.plan.schema import TABLES
from trainplan.report.excel import write_excel
from trainplan.report.index import ScenarioRun, render_index, run_links
from trainplan.report.parts import COMPOSED, HtmlPiece
from trainplan.results.compare import compare
from trainplan.results.tables import compute
from trainplan.storage.provenance import package_versions
from trainplan.text import catalog
from trainplan.text.problems import PlanError, Problem

PROVINCE = "an_giang_2011_2015"
WORD = re.compile(r"[^\W\d_]+")
NAME = "zq"  # every word of the plan
MARKED = re.compile("¤\\d+¤")
SAID_BY_FILES = {"decision_statements": "statements and commands are called by their ids, notebooks by their titles"}


def coined(text: str) -> str:
    return WORD.sub(NAME, text)


def coin_csv(path: Path) -> None:
    """The table with coined words instead of names, bases and quotations."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows):
        for column, cell in row.items():
            if column.startswith("name_"):
                row[column] = f"{coined(cell)} {number}"
            elif column.endswith(("_vi", "_en")) or column in ("section", "clause", "host", "norm", "file"):
                row[column] = coined(cell)
            elif column == "basis":
                kind, said, rest = cell.partition(":")
                row[column] = kind + said + coined(rest)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def coin_yaml(content: Any, key: str = "") -> Any:
    """The content with coined words wherever people are spoken to."""
    if isinstance(content, dict):
        return {name: coin_yaml(value, str(name)) for name, value in content.items()}
    if isinstance(content, list):
        return [coin_yaml(value) for value in content]
    return coined(content) if isinstance(content, str) and key in ("vi", "en", "title", "reason") else content


@pytest.fixture(scope="module")
def plan_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plan of the province, all its words coined."""
    root = tmp_path_factory.mktemp("coined")
    folder = Path(shutil.copytree(PROJECT / "params" / PROVINCE, root / "params" / PROVINCE))
    data = Path(shutil.copytree(PROJECT / "data" / PROVINCE, root / "data" / PROVINCE))
    with_facts(with_requests(folder))
    for path in data.glob("*.csv"):
        coin_csv(path)
    yaml = YAML(typ="safe")
    for path in folder.rglob("*.yaml"):
        yaml.dump(coin_yaml(yaml.load(path)), path)
    return folder / "plan.yaml"


@pytest.fixture(scope="module")
def shown(plan_file: Path) -> dict[str, Any]:
    """What can be shown of a plan, by the name of the parameter that takes it, or else by its annotation."""
    base, plan = load_plan(plan_file), load_plan(plan_file, "costs_up")
    goal, results, replanned, replayed = (
        goal_seek(plan),
        compute(plan),
        uncertainty(plan, 64),
        uncertainty(plan, 64, loop="open"),
    )
    return {
        "Plan": plan,
        "Results": results,
        "YearTables": YearTables(results, plan.year_to_plan),
        "Review": load_review(plan_file, "base", 2013),
        "Comparison": compare([compute(base), results, compute(load_plan(plan_file, "optimal_rule"))]),
        "Sequence[tuple[Plan, pd.DataFrame]]": [(plan, attribute(base, plan))],
        "RuleComparison": compare_rules(plan),
        "Goal": goal,
        "Goal | None": goal,
        "Sequence[Relaxation]": relaxations(plan),
        "Uncertainty": replanned,
        "Uncertainty | None": replanned,
        "Sequence[Uncertainty]": [replanned, replayed],
        "Sequence[FailureRule]": failure_conditions(replanned),
        "group": plan.tables.groups[0].id,
        "broken": {NAME: PlanError([Problem(NAME, "change_empty")])},
        "values": marginal_values(plan),
        "drivers": sensitivity(plan, design=16),
    }


@pytest.fixture(autouse=True)
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text of every catalog as its number between two marks, its named places kept."""
    numbers = count()

    def marked(form: str) -> str:
        mark = f"¤{next(numbers)}¤"
        return mark + "".join(f" {{{name}}}" for _, name, _, _ in Formatter().parse(form) if name)

    languages = {
        language: {key: tuple(map(marked, forms)) for key, forms in catalog.texts(language).items()}
        for language in catalog.LANGUAGES
    }
    monkeypatch.setattr(catalog, "texts", languages.__getitem__)


def words_left(texts: Iterator[str] | list[str]) -> set[str]:
    """The words that are neither a text of a catalog nor a word of the plan."""
    return {word for text in texts for word in WORD.findall(MARKED.sub(" ", text))} - {NAME}


def make(function: Callable[..., Any], shown: dict[str, Any]) -> Any:
    *takes, _ = inspect.signature(function).parameters.values()
    return function(*(shown[p.name] if p.name in shown else shown[p.annotation] for p in takes), "vi")


@pytest.mark.parametrize("name", tables.TABLES)
def test_a_table(name: str, shown: dict[str, Any]) -> None:
    frame = make(tables.TABLES[name], shown)
    said = words_left([*map(str, frame.columns), *map(str, frame.to_numpy().ravel())])
    assert name in SAID_BY_FILES or said == set()


@pytest.mark.parametrize("name", sentences.SENTENCES)
def test_sentences(name: str, shown: dict[str, Any]) -> None:
    assert words_left(make(sentences.SENTENCES[name], shown)) == set()


class Visible(HTMLParser):
    """The texts of a page that are read or read aloud."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.hidden = False
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden = tag == "style"
        self.texts += [value or "" for name, value in attrs if name in ("alt", "title", "aria-label", "placeholder")]

    def handle_endtag(self, tag: str) -> None:
        self.hidden = False

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.texts.append(data)


@pytest.mark.parametrize("name", [*figures.FORMS, *COMPOSED])
def test_a_part_of_the_page(name: str, shown: dict[str, Any]) -> None:
    pieces = make_part(name, shown).pieces
    pages = [piece.html("vi") for piece in pieces if isinstance(piece, HtmlPiece)]
    assert words_left([text for page in pages for text in Visible(page).texts]) == set()


def test_the_desk_on_paper(plan_file: Path) -> None:
    session = Session(plan_file, "costs_up")
    assert words_left(Visible(desk_page(session, "vi")).texts) == set()


def test_the_index(shown: dict[str, Any], tmp_path: Path) -> None:
    page = tmp_path / NAME / "reports" / f"{NAME}.vi.html"
    words = {"vi": NAME, "en": NAME}
    run = ScenarioRun(
        words, words, tmp_path / NAME, {(NAME, "en"): page}, frozenset({(NAME, "en")}), True, {NAME: NAME}
    )
    html = render_index(shown["Comparison"], [run_links(tmp_path, run, "vi")], "vi")
    fingerprint = r"\b[0-9a-f]{12}\b"
    assert words_left([re.sub(fingerprint, "", text) for text in Visible(html).texts]) == set()


def test_the_workbook(shown: dict[str, Any], tmp_path: Path) -> None:
    results = shown["Comparison"].runs[-1]
    book = openpyxl.load_workbook(write_excel(results, tmp_path / "a.xlsx", "vi", NAME), data_only=True)
    rows = [row for table in TABLES for row in results.plan.tables[table]]
    ids = {row.id for row in rows if hasattr(row, "id")} | {"total", *package_versions()}
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    said = words_left([*book.sheetnames, *(cell for cell in cells if cell not in ids)])
    assert said == set()
