"""Where a term first stands on a page it leads to the page of terms, which says what it means; no link is dead."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from browser import opened, outside
from making import with_ranges
from test_furniture import dead_links
from test_missing_tables import OF, whole, without
from trainplan.plan.find import scenario_names
from trainplan.plan.plan import load_plan
from trainplan.report.html import no_ways
from trainplan.report.links import with_links, without_links
from trainplan.report.terms import NAMES, TERMS, mark_terms, names_of, term_links, terms_of
from trainplan.report.terms_page import write_terms
from trainplan.results.compare import Comparison, compare
from trainplan.results.tables import compute
from trainplan.run.run import Request, run
from trainplan.text.catalog import LANGUAGES, say

LINKED = re.compile(r'<a class="term" href="([^"]*)#(\w+)"><!--/links-->([^<]*)<!--links term_end (?:\w+)--></a>')
DEFINED = re.compile('<dt id="([^"]*)"')


def compared(plan: Path) -> Comparison:
    """A plan and its scenarios."""
    return compare([compute(load_plan(plan, name)) for name in ("base", *scenario_names(plan))])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of a plan with ceilings, ranges and a scenario."""
    folder = tmp_path_factory.mktemp("site")
    assert run(Request(str(with_ranges(folder)), output=folder / "out", workers=2)) == 0
    return folder / "out" / "ranged"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_term_has_a_name_of_its_own_a_meaning_and_how_it_is_computed(language: str) -> None:
    names = [name.lower() for term in TERMS for name in say(f"term_name.{term}", language).split("; ")]
    assert len(names) == len({*names}) == len(names_of(language)) and all(names)
    for term in TERMS:
        assert all(say(f"{family}.{term}", language).endswith(".") for family in ("term_meaning", "term_method"))


def test_the_pages_of_a_run_lead_to_what_their_terms_mean(site: Path) -> None:
    assert dead_links(site) == []
    linked = Counter[str]()
    for path in [*site.glob("index*.html"), *site.glob("*/reports/*.html")]:
        page = path.read_text("utf-8")
        found = LINKED.findall(page)
        language = path.stem.rpartition(".")[2] if "." in path.stem else "vi"
        assert found and {href.rpartition("/")[2] for href, _, _ in found} == {NAMES[language]}, path.name
        assert all(names_of(language)[name.lower()] == term for _, term, name in found), path.name
        assert max(Counter(term for _, term, _ in found).values()) == 1, path.name
        assert f'{NAMES[language]}">{say("terms.title", language)}</a>' in page[page.index("<footer") :]
        linked.update(term for _, term, _ in found)
    assert len(linked) > 0.7 * len(TERMS)


def test_the_page_of_terms_is_alike_in_both_languages(site: Path) -> None:
    pages = [(site / NAMES[language]).read_text("utf-8") for language in LANGUAGES]
    assert [DEFINED.findall(page) for page in pages] == [[*TERMS]] * 2
    for page, (language, other) in zip(pages, (LANGUAGES, LANGUAGES[::-1]), strict=True):
        assert f'<html lang="{language}">' in page and f'href="{NAMES[other]}" lang="{other}"' in page
        assert "<script" not in page and say("term_method.gap", language) in page


@pytest.mark.parametrize(
    ("missing", "without_terms"),
    [
        ((), {"probability", "band", "range", "draws", "driver", "loop"}),
        (("ceilings",), {"lacking", "ceiling", "over", "unspent", "best_plan", "worth", "probability"}),
        (("scenarios",), {"scenario", "difference", "probability"}),
    ],
    ids=["no ranges", "no ceilings", "no scenarios"],
)
def test_terms_are_those_that_pages_of_the_plan_may_use(
    missing: tuple[str, ...], without_terms: set[str], tmp_path: Path
) -> None:
    found = terms_of(compared(without(whole(tmp_path, 4), *missing)))
    assert without_terms.isdisjoint(found) and {"gap", "funded", "verdict"} <= {*found} < {*TERMS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_terms_does_not_speak_of_what_a_plan_does_not_have(language: str, tmp_path: Path) -> None:
    comparison = compared(without(whole(tmp_path, 4), *OF))
    page = write_terms(tmp_path, comparison, language, LANGUAGES, "index.html").read_text("utf-8")
    said = re.sub("<[^>]*>", " ", page[page.index("<dl") : page.index("</dl>")])
    assert "gap" in DEFINED.findall(page)
    assert not {name: found[0] for name, words in OF.items() if (found := re.search(words, said))}


def test_a_page_without_a_page_of_terms_has_no_link_and_the_same_words(tmp_path: Path) -> None:
    page = mark_terms('<p class="what">Số người còn thiếu khi đến hạn</p>', "vi")
    alone = with_links(page, no_ways("", "vi"), tmp_path / "base", "vi")
    assert "<a" not in alone and re.sub("<[^>]*>", "", alone) == "Số người còn thiếu khi đến hạn"
    (tmp_path / NAMES["vi"]).write_text('<dt id="gap">Còn thiếu</dt>', "utf-8")
    linked = with_links(page, no_ways("", "vi"), tmp_path / "base", "vi")
    assert LINKED.findall(linked) == [("../../terms.vi.html", "gap", "còn thiếu")]
    assert without_links(linked) == without_links(alone)


@pytest.mark.parametrize(
    ("html", "marked"),
    [
        ('<caption class="unseen">Còn thiếu</caption><caption>Còn thiếu</caption>', ["gap"]),
        ("<figcaption>“Hạn mức tăng” và hạn mức, hạn mức</figcaption>", ["ceiling"]),
        ('<th class="n" scope="col">Bố trí được (tỷ đồng)</th>', ["funded"]),
        ('<th scope="col">Bố trí được nhiều hơn</th>', []),
        ('<th scope="row">Còn thiếu</th><td>Còn thiếu</td><p>Còn thiếu</p>', []),
        ('<ul class="answer x"><li>Thiếu <span data-q="gap thiếu gap">5</span> chỗ</li></ul>', ["gap"]),
    ],
)
def test_a_term_is_marked_in_a_heading_a_caption_or_a_finding(html: str, marked: list[str]) -> None:
    page = mark_terms(html, "vi")
    assert re.findall(r"<!--links term (\w+)-->", page) == marked
    assert re.sub("<!--.*?-->", "", page) == html


@pytest.mark.browser
def test_a_term_opens_offline_at_what_it_means(site: Path) -> None:
    for name, where in (("index.en.html", site), ("04_gaps.vi.html", site / "base" / "reports")):
        with opened(where / name, 390) as (page, seen):
            first = page.locator("a.term").first
            term = first.get_attribute("href").partition("#")[2]
            first.click()
            page.wait_for_url(f"**/terms.*#{term}")
            assert page.locator("dt:target").get_attribute("id") == term
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            assert [*outside(seen)] == [] and seen.complaints == []


def test_what_fills_the_marks_has_nothing_for_a_term_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / NAMES["en"]).write_text('<dt id="gap">Missing</dt>', "utf-8")
    fill = term_links(tmp_path, "", "en")
    assert fill("term", ["band"]) == fill("term_end", ["band"]) == ""
    assert fill("terms", []) == f'<a href="terms.en.html">{say("terms.title", "en")}</a>'
