"""The page of a review: its sentences, figures and tables, and the same page again from the same date."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from browser import OVERLAPS, opened
from making import SOUND, copy_province, with_facts
from test_accessible import findings
from test_addresses import check_numbers
from test_missing_tables import empty_sections, page_of
from trainplan import parts
from trainplan.analysis.goal_seek import goal_seek, goal_table
from trainplan.cli import main
from trainplan.cycle.milestones import milestone_state
from trainplan.cycle.review import Review, load_review
from trainplan.plan.find import PROJECT
from trainplan.plan.plan import load_plan
from trainplan.plan.schema import Lesson, Milestone
from trainplan.report.notebook import open_notebook
from trainplan.results.compare import compare
from trainplan.run.plan_notebooks import tables_lacking
from trainplan.text.catalog import LANGUAGES, say, term
from trainplan.text.formats import billions, number
from trainplan.text.problems import PlanError

NOTEBOOK = PROJECT / "notebooks" / "10_review.ipynb"
PLANS = Path(__file__).parent / "plans"
QUOTING = ("review_money_by_program", "review_money_by_source", "review_people", "review_verdicts")


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sound plan with what happened in 2021 and 2022."""
    return with_facts(Path(shutil.copytree(SOUND, tmp_path_factory.mktemp("review") / "small")))


@pytest.fixture(scope="module")
def review(plan: Path) -> Review:
    """The review up to 2021, of all that is known."""
    return load_review(plan, "base", 2021)


def written(plan: Path, folder: Path, *options: str) -> dict[str, str]:
    """The pages that `review` writes up to 2021, by name."""
    assert main(["review", str(plan), "--year", "2021", *options, "--output", str(folder)]) == 0
    return {path.name: path.read_text("utf-8") for path in folder.glob("*.html")}


# --- sentences


def test_money_is_that_of_its_table_and_an_estimate_says_so(review: Review) -> None:
    money = review["review_money"]
    [said] = parts.review_spent(review).sentences("en")
    for column in ("spent_vnd", "planned_vnd", "volume_vnd", "price_vnd"):
        assert billions(money[column].sum(), "en") in said
    unknown = money[money["estimated"]]["spent_vnd"].sum()
    assert 0 < unknown < money["spent_vnd"].sum() and f"of which {billions(unknown, 'en')} is an estimate" in said
    assert [address for _, _, address in said.spans] == [
        f"review_money */*/* {name}_vnd" for name in ("spent", "planned", "volume", "price")
    ]


def test_the_widest_difference_is_named_with_its_largest_cause(review: Review) -> None:
    due = review.due[review.due["is_target"]]
    change = (due["missing_now"] - due["missing_decided"]).astype(float)
    id = change.abs().idxmax()
    causes = ["headcount", "enrollment", "completion", "count", "other"]
    cause = (due.loc[id, causes].astype(float) * (1 if change[id] > 0 else -1)).idxmax()
    [said] = parts.review_widest(review).sentences("vi")
    assert review.now.plan.label("objectives", id, "vi") in said
    assert said.endswith(f"chủ yếu do {term('review_cause', cause, 'vi')}.")
    assert f"thiếu {number(due.loc[id, 'missing_now'], 'vi')} người" in said


def test_targets_are_counted_as_they_now_stand(review: Review) -> None:
    rows = review.now["verdicts"]
    said = parts.review_met(review).sentences("en")[0]
    assert said.startswith(f"Now {(rows['verdict'] == 'met').sum()} of {len(rows)} targets")
    before = review.decided["verdicts"]["verdict"] == "met"
    lost = review.now["verdicts"]["objective"][before & (rows["verdict"] != "met")]
    assert ("newly lost" in said) == bool(len(lost))
    assert all(review.now.plan.label("objectives", id, "en") in said for id in lost[:3])


def test_what_catching_up_takes_is_sought_from_the_first_open_year(review: Review) -> None:
    goal = goal_seek(review.now.plan)
    rows = review.verdicts
    missed = rows.index[rows["is_target"] & (rows["verdict"] != "met")]
    [said] = parts.review_catching_up(review, goal).sentences("en")
    assert ("a year from 2022 on" in said) == bool(set(missed) & set(goal.reachable))
    assert parts.review_catching_up(review, None).sentences("en") == []


def test_last_starts_that_are_gone_lie_in_closed_years(tmp_path: Path) -> None:
    late = load_review(with_facts(copy_province(tmp_path)), "base", 2012)
    gone = late.verdicts[late.verdicts["is_gone"]]
    assert len(gone) and (gone["latest_start"].astype(int) <= 2012).all() and (gone["verdict"] != "met").all()
    said = parts.review_too_late(late).sentences("en")
    assert late.now.plan.label("objectives", gone.index[0], "en") in said[0]
    table = parts.review_verdicts(late).frame("en").set_index("Target")
    named = late.now.plan.label("objectives", gone.index[0], "en")
    assert table.loc[named, "Latest start"].endswith(" (gone)")


def test_nothing_that_happened_as_planned_differs() -> None:
    review = load_review("an_giang_2011_2015", "base", 2011)
    assert parts.review_spent(review).sentences("en")[0].endswith("(an estimate, as no spending is known), as planned.")
    assert parts.review_widest(review).sentences("en") == [say("sentence.review_no_difference", "en")]
    assert [piece.make("en") for piece in parts.review_causes(review).pieces] == [None]
    assert parts.review_people(review).frame("en").empty


@pytest.mark.parametrize(("year", "kind"), [(2021, "other"), (2023, "mid_term"), (2024, "final")])
def test_a_review_is_called_after_its_year(plan: Path, year: int, kind: str) -> None:
    review = load_review(plan, "base", year)
    stage = say(f"review.{kind}", "vi", year=year)
    assert stage in parts.review_title(review).pieces[-1].html("vi")


def test_later_years_are_listed_and_not_used(review: Review) -> None:
    later = review.now.plan.frame("actuals").query("year == 2022")
    found = parts.review_unused(review).frame("en")
    assert len(found) == len(later) + 1 and set(found["Year"]) == {"2022"}
    assert any(str(len(found)) in said for said in parts.review_basis(review).sentences("en"))
    assert not load_review(review.now.plan.path, "base", 2021, "2022-12-31").later_facts


# --- figures and tables


def test_a_target_that_was_counted_is_not_called_simulated(review: Review) -> None:
    table = parts.review_verdicts(review).frame("en").set_index("Target")["What is reached is"]
    assert review.counted_objectives == {"degree"}
    assert table.to_dict() == {
        row.name_en: "counted" if row.id == "degree" else "simulated" for row in review.now.plan.tables.objectives
    }


def test_programs_and_sources_add_up_to_the_whole(review: Review) -> None:
    total = parts.review_money_by_source(review).frame("en").iloc[-1, 1:]
    whole = review["review_money"][["planned_vnd", "volume_vnd", "price_vnd", "spent_vnd"]].sum() / 1e6
    shown = [float(cell.replace(",", "").replace("−", "-")) for cell in total]
    assert shown == pytest.approx(whole.tolist(), abs=0.51)
    html = str(parts.review_money_by_program(review).page_figure("en").html("en"))
    assert html.index('data-q="review_money */*/* spent_vnd"') < html.index(
        'data-q="review_money */college/* spent_vnd"'
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_is_that_of_its_cell(review: Review, language: str) -> None:
    goal = goal_seek(review.now.plan)
    made = [parts.review_answer(review, goal), *(getattr(parts, name)(review) for name in QUOTING)]
    pages = [(part.name, piece.html(language)) for part in made for piece in part.pieces]
    tables = {**review.tables, "verdicts": review.now["verdicts"], "goal": goal_table(goal)}
    tables["totals@now"] = compare([review.now]).tables["totals"]
    check_numbers(pages, tables, language, least=30)


@pytest.mark.parametrize(
    ("due", "done", "state"),
    [
        ("2012", None, "late"),
        ("2014", None, "open"),
        ("2013-06", "2013-06-30", "done"),
        ("2013-06", "2013-07", "done_late"),
        ("2013-12-30", None, "late"),
        ("2013", None, "open"),
    ],
)
def test_a_milestone_is_late_after_its_last_day(due: str, done: str | None, state: str) -> None:
    row = Milestone(id="a", name_vi="a", due=due, done=done, basis="assumption: x")
    assert milestone_state(row, pd.Timestamp(2013, 12, 31).date()) == state


# --- the page


def test_it_needs_something_that_happened_in_a_closed_year(plan: Path) -> None:
    assert tables_lacking(NOTEBOOK, load_plan(SOUND)) == ["actuals"]
    assert tables_lacking(NOTEBOOK, load_plan(plan)) == []
    assert tables_lacking(NOTEBOOK, load_plan(plan, overrides={"decided_from": 2021})) == ["actuals"]
    coordinates = {"plan": str(SOUND), "scenario": "base", "overrides": {}, "language": "vi", "output_dir": None}
    with pytest.raises(PlanError, match="no year of the plan is closed"):
        _ = open_notebook(coordinates).review
    assert open_notebook({**coordinates, "plan": str(plan)}).review.year == 2022
    assert open_notebook({**coordinates, "year": 2021}).review.year == 2021


@pytest.mark.parametrize("name", ["one_year", "shrinking", "long_courses"])
def test_the_page_of_a_small_plan_has_no_empty_section(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = Path(shutil.copytree(PLANS / name, tmp_path / name))
    loaded = load_plan(small)
    row = loaded.tables.routes[0]
    facts = f"year,objective,program,enrolled,basis\n{loaded.first},{row.objective},{row.program},3,law: x\n"
    (small / "actuals.csv").write_text(facts, "utf-8")
    page = page_of(NOTEBOOK, small, "vi", monkeypatch)
    assert empty_sections(page) == [] and page.count('class="answer') == 1
    assert say("caption.review_milestones", "vi") not in page and say("caption.review_lessons", "vi") not in page


def test_the_day_of_a_look_is_written_as_a_person_writes_it(plan: Path) -> None:
    seen = load_plan(plan, as_of="2022-02-15")
    assert seen.dated_title("vi") == "Phương án cơ sở (số liệu đến 15/02/2022)"
    assert seen.dated_title("en").endswith("(data to 15 February 2022)") and seen.results_name == "base@2022-02-15"


def test_an_earlier_date_gives_the_earlier_page(plan: Path, tmp_path: Path) -> None:
    small = Path(shutil.copytree(plan, tmp_path / "small"))
    before = written(small, tmp_path / "before", "--as-of", "2022-12-31")
    assert before.keys() == {f"review_2021.{language}.html" for language in LANGUAGES}
    table = pd.read_csv(small / "actuals.csv", dtype=str, keep_default_na=False)
    again = table[table["year"] == "2021"].assign(enrolled="1", as_of="2024-05-01")
    pd.concat([table, again]).to_csv(small / "actuals.csv", index=False)
    assert written(small, tmp_path / "after", "--as-of", "2022-12-31") == before
    assert written(small, tmp_path / "all") != before
    linked = set(re.findall('href="([^"#]+)', before["review_2021.vi.html"]))
    assert {"review_money.csv", "review_coverage.csv"} <= linked
    assert all((tmp_path / "before" / href).is_file() for href in linked)


def test_a_run_makes_the_page_with_the_tables_that_it_quotes(plan: Path, tmp_path: Path) -> None:
    assert main(["run", str(plan), "--notebook", "10", "--language", "en", "--output", str(tmp_path)]) == 0
    base = tmp_path / "small" / "base"
    page = (base / "reports" / "10_review.en.html").read_text("utf-8")
    assert say("review.other", "en", year=2022) in page
    money = pd.read_csv(base / "tables" / "review_money.csv")
    assert money["year"].max() == 2022 and (base / "tables" / "review_coverage.csv").is_file()
    assert "10_review.en" in json.loads((base / "manifest.json").read_text("utf-8"))["notebooks"]


def test_the_head_of_the_page_says_from_when_the_review_looks(plan: Path, tmp_path: Path) -> None:
    dated = Path(shutil.copytree(plan, tmp_path / "dated"))
    with (dated / "plan.yaml").open("a", encoding="utf-8") as file:
        file.write("as_of: 2022-12-31\n")
    for as_of, words in (((), "All data that are there"), (("--as-of", "2023-12-31"), "Data as of 31 December 2023")):
        out = tmp_path / f"out{len(as_of)}"
        asked = ["run", str(dated), *as_of, "--language", "en", "--notebook", "04", "--notebook", "10"]
        assert main([*asked, "--output", str(out)]) == 0
        [folder] = [path.parent for path in (out / "dated").rglob("10_review.en.html")]
        head = folder.joinpath("10_review.en.html").read_text("utf-8").split("<h1", 1)[0]
        assert words in head
        plain = (folder / "04_gaps.en.html").read_text("utf-8").split("<h1", 1)[0]
        assert ("Data as of 31 December 2022" in plain) == (not as_of)


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_can_be_read_by_all(plan: Path, tmp_path: Path, width: int) -> None:
    for path in (tmp_path / name for name in written(plan, tmp_path)):
        with opened(path, width) as (page, seen):
            assert findings(page) == [] and page.evaluate(OVERLAPS) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert not seen.complaints


def test_a_lesson_in_one_language_is_told_in_both() -> None:
    lesson = Lesson(id="a", year=2021, lesson_en="Late", proposal_vi="Sớm hơn", proposal_en="Earlier")
    assert [lesson.text_of("lesson", language) for language in LANGUAGES] == ["Late", "Late"]
    assert [lesson.text_of("proposal", language) for language in LANGUAGES] == ["Sớm hơn", "Earlier"]
