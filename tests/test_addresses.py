"""Every number that a page shows carries the address of its cell in a result table, and is what stands there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from making import make_part, values_of
from trainplan.analysis.attribution import COST, MET
from trainplan.analysis.failure_conditions import conditions_table
from trainplan.analysis.goal_seek import goal_table
from trainplan.analysis.monte_carlo import Uncertainty, uncertainty, uncertainty_by_rule
from trainplan.analysis.relaxations import relaxations_table
from trainplan.cycle.review import Review
from trainplan.desk.sections import desk_page
from trainplan.desk.session import Session
from trainplan.plan.address import Address
from trainplan.plan.plan import Plan, load_plan
from trainplan.report.index import render_index
from trainplan.report.options import ENOUGH, options, totals_with_enough
from trainplan.report.parts import HtmlPiece, TablePiece, list_parts
from trainplan.report.tables.columns import Column
from trainplan.report.tables.comparison import COVERAGE
from trainplan.results.compare import compare
from trainplan.results.quote import SEVERAL, address_of, quote_numbers
from trainplan.results.registry import RESULTS
from trainplan.results.tables import compute
from trainplan.text.catalog import LANGUAGES, say
from trainplan.text.formats import billions, due_day, number, percent, round_half_away
from trainplan.text.shown import Quoted, Shown, join_shown

PLANS = Path(__file__).parent / "plans"
PROVINCE = Path(__file__).parents[1] / "params" / "an_giang_2011_2015"
PAGES = [
    *((PROVINCE, scenario) for scenario in ("base", "costs_up", "late_start")),
    *((PLANS / name, "base") for name in ("counts", "long_courses")),
]
OF_INPUTS = {  # tables whose numbers are inputs
    "assumed_without_range", "basis_register", "changes", "compared_inputs", "decision_statements",
    "groups", "history", "ranges", "review_milestones",
}  # fmt: skip
BARE = (
    "year",
    "lead",
    "due",
    "latest_start",
    "objective",
    "program",
    "scenario",
    "reason",
    "change",
    "way",
    "rule",
    "binds",
    "section",
    "opens",
    "ends",
    "deadline",
    "done",
    "about",
)


# --- numbers and texts


def test_an_address_lasts_as_long_as_the_number() -> None:
    money = Quoted(63.9e9, "budget 2012/total lacking_vnd")
    shown = billions(money, "vi")
    assert isinstance(shown, Shown) and shown == billions(63.9e9, "vi")
    assert shown.__html__() == f'<span data-q="budget 2012/total lacking_vnd">{shown}</span>'
    assert (abs(-money).address, money.told_as(1).address) == (money.address,) * 2
    assert type(money * 2) is float and not isinstance(billions(money / 2, "vi"), Shown)


def test_a_text_keeps_the_addresses_in_it_and_escapes_the_rest() -> None:
    one, two = number(Quoted(1, "a b c"), "en"), percent(Quoted(0.5, 'd "e" f'), "en")
    text = join_shown(["<", join_shown([one, two], " & "), ">"])
    assert text == "<1 & 50%>"
    assert isinstance(text, Shown) and text.__html__() == (
        '&lt;<span data-q="a b c">1</span> &amp; <span data-q="d &quot;e&quot; f">50%</span>&gt;'
    )
    said = say("desk.of", "en", met=Quoted(3, "totals base met"), count=Quoted(13, "totals base objectives"))
    assert isinstance(said, Shown) and [address.split()[-1] for _, _, address in said.spans] == ["met", "objectives"]
    assert type(join_shown(["a", "b"], ", ")) is str


def test_a_sum_has_a_star_for_what_was_added_up() -> None:
    results = compute(load_plan(PLANS / "counts"))
    total = results.over_years("budget").set_index("source").loc["total", "funded_vnd"]
    assert total.address == address_of("budget", "funded_vnd", source="total") == "budget */total funded_vnd"
    assert total == results["budget"].query("source == 'total'")["funded_vnd"].sum() > 0
    assert address_of("optimum", "bound") == "optimum * bound"
    assert quote_numbers("gap", results["gap"])["gap"].iloc[0].address.startswith("gap 2021/")


# --- what pages show


class Numbers(HTMLParser):
    """The numbers of a page with their addresses, and what of cells of tables has none."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.bare: list[str] = []
        self.open: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        assert not [value for value in values.values() if "data-q" in value], "an address inside an attribute"
        if tag not in ("br", "img", "meta", "line", "rect", "circle", "polyline"):
            self.open.append((tag, values.get("data-q", "") or ("old" if values.get("class") == "old" else "")))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        addresses = [address for tag, address in self.open if tag == "span" and address]
        if addresses:
            self.found.append((addresses[-1], data))
        elif ("td", "") in self.open and re.search(r"\d", data):
            self.bare.append(data)


def rows_at(stem: str, frame: pd.DataFrame, row: str) -> pd.DataFrame:
    """The rows of a table at the row of an address."""
    keys = RESULTS[stem].keys
    parts = dict(zip(keys, row.split("/", len(keys) - 1), strict=True)) if keys else {}
    if parts.get("year") == "*" and "year" in frame and stem != "values":
        frame = RESULTS[stem].over_years(frame)
    for key, part in parts.items():
        if stem == "differences" and key == "change":
            wanted = Address.of(part)
            frame = frame[[wanted.covers(Address.of(change)) for change in frame["change"]]]
        elif part == COVERAGE and key == "result":
            frame = frame[~frame["result"].isin([COST, MET])]
        elif part != "*":
            frame = frame[frame[key].astype(str).isin(part.split(SEVERAL))]
    return frame


def value_at(tables: dict[str, pd.DataFrame], address: str) -> float:
    """The value of an address; of several rows their sum."""
    table, rest = address.split(" ", 1)
    row, column = rest.rsplit(" ", 1)
    stem = table.partition("@")[0]
    if table not in tables and row.startswith("*"):  # a sum of a table that has no such years
        raise KeyError(address)
    rows = rows_at(stem, tables[table], row)
    assert len(rows), f"{address} is nowhere"
    values = rows[column].astype(float)
    if stem == "goal":
        assert values.nunique() <= 1 or len(values) == 1
        return float(values.iloc[0])
    if stem == "differences" and f"/{COVERAGE}/" in row:
        return float(values.sum() / rows["result"].nunique())
    return float(values.sum(min_count=1))


def tables_of(values: dict[str, Any]) -> dict[str, pd.DataFrame]:
    """Every table that a page may quote, by its name in an address."""
    results, comparison, compared = values["Results"], values["Comparison"], values["RuleComparison"]
    plan = results.plan
    tables = {**results.tables, **values["YearTables"].frames, **comparison.tables, "goal": goal_table(values["Goal"])}
    tables |= {"goal@optimal": goal_table(values["best_goal"]), "values": values["values"]}
    review: Review = values["Review"]
    tables |= {**review.tables, "verdicts@now": review.now["verdicts"]}
    tables["totals@now"] = compare([review.now]).tables["totals"]
    tables["relaxations"] = relaxations_table(values["Sequence[Relaxation]"])
    tables[f"totals@{ENOUGH}"] = totals_with_enough(comparison.runs[0])
    attributed = [frame for _, frame in values["Sequence[tuple[Plan, pd.DataFrame]]"]]
    tables |= {"differences": pd.concat(attributed)} if attributed else {}
    for run in comparison.runs:
        tables[f"classes@{run.plan.scenario}"] = run["classes"]
    for rule in compared.runs:
        rows = compared.table[compared.table["rule"] == rule]
        tables[f"totals@{rule}"] = rows.assign(scenario=plan.scenario)
        tables[f"classes@{rule}"] = compared.enrollment.rename(columns={rule: "new_learners"})
    loops = [draws for draws in (values["Uncertainty | None"], values["replayed"]) if draws]
    for draws in loops:
        tables |= {f"{stem}@{draws.loop}": frame for stem, frame in of_draws(draws).items()}
    for draws in values["Sequence[Uncertainty]"] or []:
        tables[f"probabilities@{draws.loop}/{draws.plan.allocation}"] = draws.probabilities
    if loops:
        tables["conditions"] = conditions_table(plan, values["Sequence[FailureRule]"])
        tables["sensitivity"] = values["drivers"]
    return tables


def of_draws(draws: Uncertainty) -> dict[str, pd.DataFrame]:
    """The tables of draws, with the columns that pages show beside them."""
    over = pd.DataFrame(draws.over.T, columns=list(draws.plan.years)) if draws.over.shape[0] > 1 else None
    bands = draws.cost_bands
    if over is not None:
        money = pd.DataFrame(
            {"probability_over": (over > 0).mean(), "over_p50": over.quantile(0.5), "over_p95": over.quantile(0.95)}
        )
        bands = bands.merge(money.rename_axis("year").reset_index(), on="year", how="left")
    return {
        "probabilities": draws.probabilities.merge(draws.errors, on=["year", "objective"]),
        "cost_bands": bands,
        "enrollment_bands": draws.enrollment_bands,
        "sent_bands": draws.sent_bands,
    }


NUMBER = re.compile(r"^(.*?)([-−]?\d[\d.,]*)(.*)$", re.DOTALL)


def read(text: str, language: str) -> tuple[str, float, int, str]:
    """What stands before a number, the number without its sign, its decimals, and its unit."""
    match = NUMBER.match(text.strip())
    assert match, text
    before, digits, unit = match.groups()
    thousands, point = (".", ",") if language == "vi" else (",", ".")
    digits = digits.lstrip("-−").rstrip(".,").replace(thousands, "").replace(point, ".")
    return before.strip(), float(digits), len(digits.partition(".")[2]), unit.strip(" \u202f")


def scales(address: str, unit: str, targets: pd.Series, language: str) -> list[float]:
    """What a value may be multiplied by to be told in the unit: a coverage of a count also by its target, in people."""
    column = address.rsplit(" ", 1)[1]
    for key, scale in {"unit.bn": 1e-9, "unit.million": 1e-6, "unit.VND": 1.0}.items():
        if unit == say(key, language):
            return [scale]
    if unit == "%":
        return [100.0]
    if address.startswith("differences "):
        return [1e-9 if f"/{COST}/" in address else 100.0 if f"/{COVERAGE}/" in address else 1.0]
    if unit == say("unit.people", language):
        return [1.0, *targets[targets.index == address.split()[1].rpartition("/")[2]]]
    return [1e-9, 1e-6] if column.endswith("vnd") or address.startswith("cost_bands") else [1.0]


def scale_in_the_table(address: str, text: str, value: float, targets: pd.Series, language: str) -> float | None:
    """The scale in which a number is the table's, rounded by the one rule; None of another number."""
    before, shown, digits, unit = read(text, language)
    for scale in scales(address, unit, targets, language):
        scaled = abs(value) * scale
        if before and (before[-1] in "<>" or before == say("word.under", language, level="").strip()):
            if scaled > shown if before[-1] == ">" else scaled < shown:
                return scale
        elif float(round_half_away(scaled, digits)) == shown:
            return scale
    return None


def pages_of(values: dict[str, Any], language: str) -> Iterator[tuple[str, str]]:
    """Every part, by name, as HTML."""
    for name in list_parts():
        for piece in make_part(name, values).pieces:
            if isinstance(piece, HtmlPiece):
                yield name, piece.html(language)


def desk_of(plan: Plan) -> Session:
    """The desk with the scenario of a plan, on which every plan is called after the plan that it changes."""
    session = Session(plan.path, plan.scenario)
    session.compute()
    return session


def check_numbers(pages: Iterable[tuple[str, str]], tables: dict[str, pd.DataFrame], language: str, least: int) -> None:
    """The numbers of pages are those of the tables, and one address has one look in one unit."""
    texts: dict[tuple[str, str, float | None], set[float]] = defaultdict(set)
    wrong, targets = [], tables["verdicts"].set_index("objective")["target"]
    for name, html in pages:
        for address, text in Numbers(html).found:
            if address != "old" and re.search(r"\d", text):
                _, shown, _, unit = read(text, language)
                value = value_at(tables, address)
                scale = scale_in_the_table(address, text, value, targets, language)
                texts[address, unit, scale].add(shown)
                if scale is None:
                    wrong.append((name, address, text, value))
    assert not wrong
    assert not {key: shown for key, shown in texts.items() if len(shown) > 1}
    assert len(texts) >= least


def test_a_number_is_that_of_its_cell_where_the_rule_decides_all_years() -> None:
    values = values_of(PLANS / "counts", {"allocation": "optimal"})
    for language in LANGUAGES:
        check_numbers(pages_of(values, language), tables_of(values), language, least=100)


@pytest.mark.parametrize(("path", "scenario"), PAGES, ids=[f"{path.name}-{scenario}" for path, scenario in PAGES])
def test_a_number_is_that_of_its_cell_wherever_it_stands(path: Path, scenario: str) -> None:
    values = values_of(path, scenario=scenario, beside=3)
    tables, desk = tables_of(values), desk_of(values["Plan"])
    on_desk = {**desk.results.tables, **compare([desk.results]).tables}
    for language in LANGUAGES:
        check_numbers(pages_of(values, language), tables, language, least=100)
        check_numbers([("desk", desk_page(desk, language))], on_desk, language, least=20)


def test_what_is_below_zero_has_the_one_minus_on_every_page() -> None:
    values = values_of(PROVINCE, beside=3)
    for language in LANGUAGES:
        pages = [*pages_of(values, language), ("index", render_index(values["Comparison"], [], language))]
        texts = [re.sub("(?s)<style.*?</style>|<[^>]*>", "|", html) for _, html in pages]
        assert not [found for text in texts for found in re.findall(r".{0,20}(?<![\w/])-\d.{0,20}", text)]
        assert any(re.search(r"−\d", text) for text in texts)


@pytest.mark.parametrize("path", [PROVINCE, PLANS / "counts"], ids=lambda path: path.name)
def test_a_number_of_the_index_is_that_of_its_cell(path: Path) -> None:
    values = values_of(path, beside=2)
    plan = values["Plan"]
    if plan.ranges:  # the index has as many draws as the commands
        closed = uncertainty(plan)
        values |= {"Uncertainty | None": closed, "Sequence[Uncertainty]": uncertainty_by_rule(plan)}
    for language in LANGUAGES:
        page = render_index(values["Comparison"], [], language)
        check_numbers([("index", page)], tables_of(values), language, least=20)


@pytest.mark.parametrize("path", [PROVINCE, PLANS / "counts"], ids=lambda path: path.name)
def test_a_cell_with_a_digit_has_an_address_or_is_an_input_or_a_year(path: Path) -> None:
    values = values_of(path, beside=2)
    bare = {Column(key).heading("en") for key in BARE}
    for name in list_parts():
        for piece in make_part(name, values).pieces:
            if isinstance(piece, TablePiece) and piece.name not in OF_INPUTS:
                frame = piece.make("en")
                cells = [(head, cell) for head in frame for cell in frame[head] if head not in bare]
                assert not [c for c in cells if re.search(r"\d", c[1]) and not isinstance(c[1], Shown)], name
    objectives = values["Plan"].tables.objectives
    words = [*(due_day(row.due, "en") for row in objectives), *(row.name_en for row in objectives)]
    index, desk = render_index(values["Comparison"], [], "en"), desk_page(desk_of(values["Plan"]), "en")
    reasons = [run.plan.scenario_reason("en") for run in values["Comparison"].runs]
    counted = [str(one.nearly) for one in options(values["Comparison"], "en")]  # no table has them
    found = [text for html in (index, desk) for text in Numbers(html).bare if text not in [*reasons, *counted]]
    assert not [text for text in found if not any(word in text for word in words)]
