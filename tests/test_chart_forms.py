"""Drawings of pages: nothing overlaps or leaves the picture, as Chromium sets it, whatever the number of rows."""

from __future__ import annotations

import csv
import inspect
import re
import shutil
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from browser import OVERLAPS, opened
from making import SOUND, make_part, values_of, with_ranges, with_requests
from trainplan import parts
from trainplan.plan.plan import load_plan
from trainplan.report import drawing, forms
from trainplan.report.drawing import NARROW, WIDE, Drawing, Sheet, text_width, wrap_words
from trainplan.report.forms import FORMS
from trainplan.report.forms.money_by_year import A_LITTLE, money_columns
from trainplan.report.forms.people_by_year import people_columns
from trainplan.report.forms.target_strip import StripRow, strip_drawing, strip_rows
from trainplan.report.forms.year_columns import YearColumn, YearColumns, draw_columns
from trainplan.report.notebook import show
from trainplan.report.page_figure import Caption
from trainplan.report.parts import Part
from trainplan.results.tables import Results, compute
from trainplan.text.catalog import LANGUAGES, texts
from trainplan.text.formats import bare_billions, bare_millions, number

HERE = Path(__file__).parent
LONG = "Công chức cấp xã đạt chuẩn trình độ chuyên môn nghiệp vụ theo chức danh ở vùng có đông đồng bào dân tộc"


def many_rows(count: int, language: str) -> list[StripRow]:
    """Rows of An Giang's targets over and over, one of them with a long name and words that do not break."""
    own = strip_rows(compute(load_plan("an_giang_2011_2015")), None, language)
    rows = [own[k % len(own)] for k in range(count)]
    rows[0] = StripRow(LONG, 0.93, "missed", ("93,4% / 100%", "W" * 60), 1.05, (0.7, 1.3), rows[0].group)
    order = ["missed", "nearly", "met"]
    return sorted(rows, key=lambda row: order.index(row.look))


def strips() -> Iterator[tuple[str, Drawing]]:
    for language in LANGUAGES:
        for count in (3, 17, 60, 150):
            rows, words = many_rows(count, language), ("Finding.", "Alt.")
            yield f"strip-{count}-{language}", strip_drawing("strip", Caption(*words), rows, language)


def moneys() -> Iterator[tuple[str, Drawing]]:
    """Money of one to many years: with everything there may be, large and small, and with nothing but what is paid."""
    names = (LONG, "Ngân sách tỉnh", LONG, "Ngân sách trung ương", "Nguồn hợp pháp khác")
    for language in LANGUAGES:
        for count in (1, 5, 10, 25):
            for size in (1e9, 3e11, 2e6):
                years = []
                for k in range(count):
                    paid = tuple(size * part * (1 + k * 7 % 5) for part in (4, 2, 1, 0.01, 0.5))
                    limit, band = size * (18 + k % 4), (size * 5, size * (24 + k % 3))
                    years.append(YearColumn(2011 + k, paid, size * (30 - 9 * (k % 3)), limit, band, k < 2))
                yield f"money-{count}-{size:.0f}-{language}", drawn(columns_of(years, names, size < 1e9))
            bare = [YearColumn(2011 + k, (1e9 * k,), 1e9 * k) for k in range(count)]
            yield f"bare-{count}-{language}", drawn(columns_of(bare, names[:1], row=""))


def columns_of(
    years: Sequence[YearColumn], names: Sequence[str], small: bool = False, row: str = "not found"
) -> YearColumns:
    write = partial(bare_millions if small else bare_billions, language="en")
    return YearColumns(tuple(years), tuple(names), write, "", A_LITTLE, row)


def drawn(made: YearColumns) -> Drawing:
    return Drawing("money", Caption("Finding.", "Alt."), lambda sheet: draw_columns(sheet, made))


def sheets_of(made: Drawing) -> Iterator[tuple[str, str]]:
    """Everything that a drawing shows, folded or not, and its file, in both widths."""
    for width in (WIDE, NARROW):
        yield f"{width}-file", made.svg(width)
        for k, draw in enumerate([made.draw, *(fold.draw for fold in made.folds)]):
            sheet = Sheet(width)
            draw(sheet)
            yield f"{width}-{k}", sheet.svg("")


def overlapping(folder: Path, cases: Iterator[tuple[str, Drawing]]) -> list[str]:
    drawn = [(f"{name}-{part}", svg) for name, made in cases for part, svg in sheets_of(made)]
    body = "".join(f'<div class="case" id="{name}">{svg}</div>' for name, svg in drawn)
    page_file = folder / "page.html"
    page_file.write_text(f'<!doctype html><meta charset="utf-8">{body}', "utf-8")
    with opened(page_file) as (page, seen):
        found: list[str] = page.evaluate(OVERLAPS)
        assert page.locator("div.case text").count() > 0 and seen.complaints == []
    return found


def test_texts_of_strips_lie_apart_and_inside(tmp_path: Path) -> None:
    assert overlapping(tmp_path, strips()) == []


def test_texts_of_money_lie_apart_and_inside(tmp_path: Path) -> None:
    assert overlapping(tmp_path, moneys()) == []


def test_texts_that_overlap_or_leave_the_picture_are_found(tmp_path: Path) -> None:
    def crowd(sheet: Sheet) -> None:
        sheet.height = 300
        for k in range(200):
            sheet.text(10, 20 + k, "words upon words")
        sheet.text(sheet.width - 5, 20, "over the edge")

    found = overlapping(tmp_path, iter([("crowd", Drawing("crowd", Caption("", ""), crowd))]))
    assert any("outside: over the edge" in one for one in found) and any("words | words" in one for one in found)


def test_an_estimated_width_is_never_too_small(tmp_path: Path) -> None:
    said = sorted({text for language in LANGUAGES for text in texts(language).values() if isinstance(text, str)})
    lines = [line for text in said[::7] for line in wrap_words(text, 400, 13)] + ["W" * 30, "1.234,5 / 98,7%"]
    sheet = Sheet(WIDE)
    for bold in (False, True):
        for words in lines:
            sheet.text(0, 20, words, bold=bold)
    page_file = tmp_path / "page.html"
    widest = sheet.svg("").replace(drawing.FONTS, "DejaVu Sans")
    page_file.write_text(f'<!doctype html><meta charset="utf-8">{widest}', "utf-8")
    with opened(page_file) as (page, _):
        widths = page.evaluate("[...document.querySelectorAll('text')].map(t => t.getComputedTextLength())")
    guessed = [text_width(words, 13, bold) for bold in (False, True) for words in lines]
    assert [words for words, real, guess in zip(lines * 2, widths, guessed, strict=True) if real > guess] == []


def test_words_wrap_and_none_is_lost() -> None:
    lines = wrap_words(LONG, 150, 13)
    assert " ".join(lines) == LONG and all(text_width(line, 13) <= 150 for line in lines)
    assert "".join(wrap_words("W" * 60, 100, 13)) == "W" * 60


def luminance(color: str) -> float:
    channels = [int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = ((c / 12.92) if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def made_of(results: Results) -> list[Part]:
    """The figures that need nothing but results, without draws."""
    known: dict[str, Any] = {"Results": results, "Uncertainty | None": None}
    takes = {name: inspect.signature(getattr(parts, name)).parameters.values() for name in FORMS}
    return [make_part(name, known) for name, own in takes.items() if {str(one.annotation) for one in own} <= {*known}]


def test_texts_and_marks_stand_out() -> None:
    for part in made_of(compute(load_plan("an_giang_2011_2015"))):
        svg = part.page_figure("vi").html("vi")
        inks = {*re.findall(r'<text[^>]* fill="(#\w+)"', svg), drawing.INK}
        assert min(contrast(ink, back) for ink in inks for back in (drawing.PAPER, drawing.CLOSED)) >= 4.5
    assert min(contrast(color, drawing.PAPER) for color in (*drawing.VERDICTS.values(), drawing.AXIS)) >= 3


# --- registered drawings


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return values_of(with_requests(with_ranges(tmp_path_factory.mktemp("plan"))))


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_a_part_told_in_words_the_same_each_time(name: str, values: dict[str, Any]) -> None:
    assert getattr(forms, name) is FORMS[name] and (FORMS[name].__doc__ or "").split("\n")[0].endswith(".")
    for language in LANGUAGES:
        made, again = (make_part(name, values).page_figure(language) for _ in range(2))
        html = made.html(language)
        assert html == again.html(language) and made.name == name
        assert (
            made.caption.alt.startswith(made.caption.finding)
            and made.caption.finding.endswith(".")
            and len(made.caption.finding.split()) <= 20
        )
        assert made.caption.alt.endswith(".") and "<script" not in html and "…" not in html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("plan", [SOUND, *(HERE / "plans" / name for name in ("counts", "one_year", "shrinking"))])
def test_forms_of_small_plans_lie_apart(plan: Path, language: str, tmp_path: Path) -> None:
    results = compute(load_plan(plan))
    made = made_of(results)
    figures = [part.page_figure(language) for part in made if part.pieces[0].html(language)]
    drawn = [(one.name, one) for one in figures if isinstance(one, Drawing)]
    page = "".join(svg for _, one in drawn for _, svg in sheets_of(one))
    assert drawn and not re.search("[^a-z](nan|inf)[^a-z]", page)
    assert overlapping(tmp_path, iter(drawn)) == []


def test_a_strip_of_targets_is_in_the_order_of_verdict_and_due_date() -> None:
    results = compute(load_plan("an_giang_2011_2015"))
    rows = strip_rows(results, None, "en")
    looks = [row.look for row in rows]
    assert looks == sorted(looks, key=["missed", "nearly", "met"].index)
    assert all(row.value >= 1 - 1e-9 for row in rows if row.look == "met")
    assert all(row.value < 1 and row.people > 0 for row in rows if row.look != "met")
    last = next(row for row in rows if row.look == "missed")
    plan, held = results.plan, results["verdicts"].query("verdict == 'missed'").sort_values("due", kind="stable")
    assert last.name == plan.short_label("objectives", held["objective"].iloc[0], "en")


def test_bands_come_with_draws_only(values: dict[str, Any]) -> None:
    results, draws = values["Results"], values["Uncertainty"]
    assert all(row.band is None for row in strip_rows(results, None, "en"))
    bands = [row.band for row in strip_rows(results, draws, "en")]
    assert all(band and band[0] <= band[1] for band in bands)
    with_draws, without = (parts.target_strip(results, one).page_figure("en").caption for one in (draws, None))
    assert (with_draws.tables, without.tables) == (("verdicts", "probabilities"), ("verdicts",))
    assert "nine runs in ten" in " ".join(with_draws.reading)
    assert "nine runs in ten" not in " ".join(without.reading)


@pytest.mark.parametrize("name", ["target_strip", "baselines_and_targets", "target_chances"])
def test_a_strip_is_read_and_has_its_source_below_it(name: str, values: dict[str, Any]) -> None:
    made = make_part(name, values).page_figure("en")
    assert isinstance(made, Drawing)
    assert made.caption.reading and made.caption.tables
    assert "The dot is" in made.caption.reading[0] and "The dot is" not in made.svg()


def test_the_finding_of_a_strip_is_what_is_farthest() -> None:
    results = compute(load_plan("an_giang_2011_2015"))
    short = [row for row in strip_rows(results, None, "en") if row.look != "met"]
    farthest = min((row for row in short if not row.assumed), key=lambda row: row.value)
    finding = parts.target_strip(results, None).page_figure("en").caption.finding
    assert f"{farthest.name}, {farthest.beside[0]}" in finding and f"{farthest.people:,.0f} people" in finding


def test_what_is_not_found_has_its_sign_and_a_ceiling_its_year() -> None:
    year = YearColumn(2011, (2e9, 1e9), 4.5e9, 3e9)
    more = [YearColumn(2012, (3e9, 1e9), 3.6e9, 3e9), YearColumn(2013, (1e9, 1e9), 2e9, 5e9)]
    money = columns_of((year, *more), ("a", "b"))
    assert [money.lacking(one) for one in money.years] == ["+1.5", "−0.4", "0"]
    assert money.limits() == ["≤ 3.0", "", "≤ 5.0"]
    small = columns_of([YearColumn(2011, (2e6,), 3e6)], ["a"], small=True)
    assert small.lacking(small.years[0]) == "+1" and small.limits() == [""]


def test_the_money_of_a_plan_is_that_of_its_budget(values: dict[str, Any]) -> None:
    results = compute(load_plan("an_giang_2011_2015"))
    money, total = money_columns(results, None, "vi"), results["budget"].query("source == 'total'")
    assert [year.total for year in money.years] == pytest.approx([*total["funded_vnd"]])
    assert [year.required for year in money.years] == pytest.approx([*total["required_vnd"]])
    assert [year.ceiling for year in money.years] == pytest.approx([*total["ceiling_vnd"]])
    assert [year.closed for year in money.years] == [year < results.plan.decided_from for year in results.plan.years]
    bands = [year.band for year in money_columns(values["Results"], values["Uncertainty"], "vi").years]
    assert all(band and 0 < band[0] <= band[1] for band in bands)


def test_the_people_of_a_plan_are_those_of_its_enrollments(values: dict[str, Any]) -> None:
    results = compute(load_plan("an_giang_2011_2015"))
    made, yearly = (
        people_columns(results, None, "vi"),
        results["enrollment"].groupby("year")[["needed", "funded"]].sum(),
    )
    assert [year.total for year in made.years] == pytest.approx([*yearly["funded"]])
    assert [year.required for year in made.years] == pytest.approx([*yearly["needed"]])
    assert 1 < len(made.names) <= len(drawing.SOURCES)
    bands = [year.band for year in people_columns(values["Results"], values["Uncertainty"], "vi").years]
    assert all(band and 0 <= band[0] <= band[1] for band in bands)


def test_more_sources_than_looks_are_drawn_as_one(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    sources, funding = (copy / f"{name}.csv" for name in ("sources", "funding"))
    with sources.open("a", encoding="utf-8") as file:
        file.writelines(f"more{k},Nguồn {k},Source {k},assumption: made up for a test\n" for k in range(5))
    with funding.open(encoding="utf-8") as file:
        programs = list(dict.fromkeys(row["program"] for row in csv.DictReader(file)))
    payers = ["province", *(f"more{k}" for k in range(5))]
    shares = [f"{program},{payer},{share},assumption: made up for a test\n" for program in programs
              for payer, share in zip(payers, (0.5, 0.1, 0.1, 0.1, 0.1, 0.1), strict=True)]  # fmt: skip
    funding.write_text("program,source,share,basis\n" + "".join(shares), "utf-8")
    results = compute(load_plan(copy))
    money = money_columns(results, None, "en")
    assert len(money.names) == 5 and money.names[-1] == "Other sources"
    assert sum(year.total for year in money.years) == pytest.approx(results.funded_vnd)


def test_a_drawing_is_shown_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], values: dict[str, Any]
) -> None:
    part = parts.target_strip(values["Results"], None)
    show(part, language="vi", output_dir=tmp_path)
    assert "text/html" in capsys.readouterr().out
    assert (tmp_path / "figures" / "target_strip.vi.svg").read_text("utf-8") == part.page_figure("vi").svg()


def test_no_text_of_a_figure_is_left_without_one() -> None:
    named = {key.split(".")[1] for key in texts("en") if key.startswith("figure.")}
    drawn_alike = {path.stem for path in Path(forms.__file__).parent.glob("*.py")}
    assert named - {"loop"} - drawn_alike <= {*FORMS}


def test_five_years_are_all_labeled_however_long_their_sums() -> None:
    people = partial(number, language="vi")
    years = [YearColumn(2011 + k, (8713.0 * 10**k,), 11547.0 * 10**k) for k in range(5)]
    sheet = Sheet(WIDE)
    draw_columns(sheet, YearColumns(tuple(years), ("a",), people, "lượt", 0.5, "chưa bố trí"))
    assert all(f">{year.year}<" in sheet.svg("") for year in years)
