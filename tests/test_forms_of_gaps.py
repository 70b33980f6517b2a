"""Forms of gaps: why targets are missed, targets against their paths, and who is missing year by year."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from browser import opened
from making import PROVINCE, SOUND, values_of, with_ranges
from test_chart_forms import LONG, overlapping
from trainplan import parts
from trainplan.plan.plan import load_plan
from trainplan.report.drawing import CLOSED, NARROW, WIDE, Drawing
from trainplan.report.forms.causes import Gap, draw_causes, gaps_of
from trainplan.report.forms.paths import SHOWN, Panels, draw_paths, label_years, panels_of, path_of
from trainplan.report.forms.paths import Path as Line
from trainplan.report.page_figure import Caption
from trainplan.report.parts import FigurePiece, Part
from trainplan.results.tables import Results, compute
from trainplan.results.verdicts import LIMITS
from trainplan.text.catalog import LANGUAGES, term

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def province() -> Results:
    return compute(load_plan(PROVINCE))


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return values_of(with_ranges(tmp_path_factory.mktemp("plan")))


# --- causes


def limits(language: str) -> list[str]:
    """The causes of a gap in words."""
    return [term("limit", limit, language) for limit in LIMITS]


def some_gaps(count: int) -> list[Gap]:
    """Gaps with one cause, with several, and with parts far to either side."""
    shares = [(1.0, 0.0, 0.0, 0.0, 0.0), (0.2, 0.2, 0.2, 0.2, 0.2), (-0.4, 1.2, 0.1, 0.1, 0.0), (30.0, -29.0, 0, 0, 0)]
    return [Gap(LONG if k % 3 else "A", 123456.0 / (k + 1), shares[k % 4], "123.456 người") for k in range(count)]


def gap_drawings() -> Iterator[tuple[str, Drawing]]:
    for language in LANGUAGES:
        for count in (1, 3, 17, 150):
            draw = partial(draw_causes, gaps=some_gaps(count), words=limits(language), language=language)
            yield f"causes-{count}-{language}", drawn("causes", draw)


def shown_of(part: Part, language: str) -> str:
    [piece] = part.pieces
    assert isinstance(piece, FigurePiece)
    return piece.html(language)


def drawn(name: str, draw: Any) -> Drawing:
    return Drawing(name, Caption("Finding.", "Alt."), draw)


def test_texts_of_causes_lie_apart_and_inside(tmp_path: Path) -> None:
    assert overlapping(tmp_path, gap_drawings()) == []


def test_the_parts_of_a_gap_are_those_of_its_verdict(province: Results) -> None:
    gaps, held = gaps_of(province, "en"), province["verdicts"].set_index("objective")
    missed = [id for id, own in zip(held.index, province.plan.is_target, strict=True) if own and held.at[id, "binds"]]
    assert sorted(gap.people for gap in gaps) == sorted(held.loc[missed, "gap"]) and len(gaps) > 3
    assert [gap.people for gap in gaps] == sorted((gap.people for gap in gaps), reverse=True)
    widest = held.loc[missed].sort_values("gap").iloc[-1]
    assert [part * gaps[0].people for part in gaps[0].parts] == pytest.approx(
        [widest[f"missing_{limit}"] for limit in LIMITS]
    )
    assert all(sum(gap.parts) == pytest.approx(1) and gap.high + gap.low == pytest.approx(1) for gap in gaps)


def test_parts_of_fifteen_percent_are_named_and_a_negative_one_has_its_sign() -> None:
    gaps = [
        Gap("one", 50, (1.3, -0.3, 0.0, 0.0, 0.0), "50 people"),
        Gap("two", 20, (0.86, 0.0, 0.14, 0.0, 0.0), "20 people"),
    ]
    svg = drawn("causes", lambda sheet: draw_causes(sheet, gaps, limits("en"), "en")).svg()
    assert "money 130%" in svg and "places −30%" in svg and "money 86%" in svg and "14%" not in svg
    assert term("limit", "past", "en") not in svg and "50 people" in svg


def test_a_negative_part_is_left_of_zero() -> None:
    gaps = [Gap("one", 50, (1.3, -0.3, 0.0, 0.0, 0.0), "50 people")]
    svg = drawn("causes", lambda sheet: draw_causes(sheet, gaps, limits("en"), "en")).svg()
    zero = float(re.findall(r'<text x="([\d.]+)"[^>]*>0%<', svg)[0])
    bars = [
        (float(x), float(w)) for x, w in re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="16"', svg)
    ]
    right, left = bars
    assert right[0] == pytest.approx(zero, abs=0.2) and left[0] + left[1] == pytest.approx(zero, abs=0.2)
    assert right[1] / left[1] == pytest.approx(1.3 / 0.3, rel=0.02)


def test_of_many_gaps_ten_are_drawn_and_the_others_counted() -> None:
    svg = drawn("causes", lambda sheet: draw_causes(sheet, some_gaps(17), limits("vi"), "vi")).svg()
    assert svg.count(" người</text>") == 10 and "và 7 chỉ tiêu khác" in svg


def test_where_nobody_is_missing_there_are_no_causes() -> None:
    everything = {"allocation": "all", "programs.*.completion_rate": 1, "programs.*.capacity": {"value": 5000}}
    results = compute(load_plan(SOUND, overrides=everything))
    assert set(results["verdicts"]["verdict"]) == {"met"}
    with pytest.raises(LookupError, match="nothing to draw"):
        parts.causes(results).page_figure("en")


def test_the_cause_that_is_found_is_the_one_that_most_often_is_over_half(province: Results) -> None:
    gaps = gaps_of(province, "vi")
    over = {limit: sum(gap.parts[k] > 0.5 for gap in gaps) for k, limit in enumerate(LIMITS)}
    most = max(over, key=over.__getitem__)
    finding = parts.causes(province).page_figure("vi").caption.finding
    assert f"{over[most]}/{len(gaps)}" in finding and term("limit", most, "vi") in finding


# --- paths


def panels(years: int, count: int, language: str, closed: int = 0) -> Panels:
    """Paths of shares and of counts, with everything there may be and with nothing but what always is."""
    made = []
    for k in range(count):
        unit = 12345.0 if k % 2 else 1.0
        line = tuple(unit * (0.3 + 0.6 * (year + 1) / years) for year in range(years))
        more, low = tuple(value * 1.05 for value in line), tuple(value * 0.8 for value in line)
        due = (k * 3) % years
        value = "12.345" if k % 2 else "88,1%"
        extra = {"thin": more, "band": (low, more)} if k % 3 else {}
        made.append(Line(LONG if k == 1 else "A", due, value, "missed", more, line, **extra, counted=bool(k % 2)))
    return Panels(tuple(made), range(2011, 2011 + years), closed, language, "with money for all")


def path_drawings() -> Iterator[tuple[str, Drawing]]:
    for language in LANGUAGES:
        for years in (2, 3, 5, 10, 25):
            for count in (1, 2, 6):
                own = panels(years, count, language, closed=years // 2)
                draw = partial(draw_paths, panels=own, shown=own.paths)
                yield f"paths-{years}-{count}-{language}", drawn("paths", draw)


def test_texts_of_paths_lie_apart_and_inside(tmp_path: Path) -> None:
    assert overlapping(tmp_path, path_drawings()) == []


def test_the_lines_of_a_target_are_those_of_the_tables(province: Results) -> None:
    for row in province.plan.tables.objectives:
        line = path_of(province, None, row.id, "en")
        gap = province["gap"].query(f"objective == '{row.id}'")
        reached = gap["reached"] if row.kind == "count" else gap["coverage"]
        assert line.plan == pytest.approx([*reached]) and line.path == pytest.approx([*gap["target_path"]])
        assert province.plan.years[line.due] == row.due_year and line.band == ()
        lines = province["lines"].query(f"objective == '{row.id}'")
        assert bool(line.thin) == ((lines["deliverable"] - lines["affordable"]).abs().max() >= 0.01)
        low, high = line.ends
        assert low <= min(line.plan) and max(*line.plan, *line.path, *line.thin) <= high


def test_the_six_targets_that_reach_least_have_panels(province: Results) -> None:
    own = panels_of(province, None, "en")
    assert len(own.paths) == SHOWN and own.paths[0].look == "missed" and own.closed == 1
    looks = [path.look for path in own.paths]
    assert looks == sorted(looks, key=["missed", "nearly", "met"].index)


def test_a_target_is_marked_in_its_own_due_year(province: Results) -> None:
    svg = parts.paths(province, None).page_figure("vi").svg()
    assert re.findall(r'font-weight="bold">(20\d\d)<', svg).count("2012") == 1
    assert svg.count(f'fill="{CLOSED}"') == SHOWN + 1  # and the sample


def test_labels_of_years_go_by_their_number() -> None:
    assert [*label_years(range(2011, 2016), 1, 60, 13).values()] == ["2011", "2012", "2013", "2014", "2015"]
    ten = label_years(range(2011, 2021), 4, 34, 13)
    assert len(ten) == 10 and ten[0] == "2011" and ten[4] == "2015" and ten[1] == "12"
    assert label_years(range(2011, 2021), 1, 34, 13)[0] == "11"
    assert label_years(range(2011, 2036), 9, 13, 13) == {0: "2011", 9: "2020", 24: "2035"}
    assert label_years(range(2011, 2036), 24, 13, 13) == {0: "2011", 24: "2035"}


def test_a_single_year_has_no_paths() -> None:
    results = compute(load_plan(HERE / "plans" / "one_year"))
    with pytest.raises(LookupError, match="nothing to draw"):
        parts.paths(results, None).page_figure("vi")


def test_the_band_comes_with_draws_only(values: dict[str, Any]) -> None:
    results, draws = values["Results"], values["Uncertainty"]
    for path in panels_of(results, draws, "en").paths:
        low, high = path.band
        assert all(one <= other for one, other in zip(low, high, strict=True))
    assert "nine runs in ten" in parts.paths(results, draws).page_figure("en").svg()
    assert "nine runs in ten" not in parts.paths(results, None).page_figure("en").svg()


def test_on_a_phone_three_panels_are_open_and_the_others_unfold(province: Results, tmp_path: Path) -> None:
    page_file = tmp_path / "page.html"
    figure = parts.paths(province, None)
    page_file.write_text(f'<!doctype html><meta charset="utf-8">{shown_of(figure, "vi")}', "utf-8")
    for width, shown in ((1000, [True, False]), (390, [True, True])):
        with opened(page_file, width) as (page, _):
            drawing, folded = page.locator(f"svg.w{WIDE if width > 500 else NARROW}").first, page.locator("details")
            assert [drawing.is_visible(), folded.is_visible()] == shown
    made = figure.page_figure("vi")
    assert isinstance(made, Drawing)
    assert made.svg(NARROW).count("polygon") == SHOWN + 1 and made.folds[0].html().count("polygon") == SHOWN - 3 + 1


# --- people missing


def test_people_missing_are_those_of_the_gaps_with_a_frame_in_the_due_year(province: Results) -> None:
    html = shown_of(parts.people_missing(province), "en")
    gap = province["gap"].set_index(["objective", "year"])["gap"]
    quoted = dict(re.findall(r'data-q="gap (\S+) gap"[^>]*>([\d,]+)<', html))
    assert len(quoted) > 20
    for row, text in quoted.items():
        year, objective = row.split("/")
        assert abs(float(text.replace(",", "")) - gap[objective, int(year)]) <= 0.5
    assert html.count('<td class="framed"') == len(province.plan.tables.objectives)


def test_the_finding_counts_targets_of_the_first_and_last_year(province: Results) -> None:
    finding = parts.people_missing(province).page_figure("en").caption.finding
    gap, targets = province["gap"], [row.id for row in province.plan.tables.objectives if row.is_decided]
    short = gap[gap["objective"].isin(targets) & (gap["gap"] >= 0.5)]["year"].value_counts()
    assert [int(n) for n in re.findall(r"\d+", finding)] == [
        short[2011], len(targets), 2011, short[2015], len(targets), 2015,
    ]  # fmt: skip
