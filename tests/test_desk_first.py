"""What is seen first of a desk that was made before anybody opened it: the answer, and never an old one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from servers import PLAN, TOKEN, chromium, desk_folder, moved, voila
from trainplan.plan.plan import load_plan
from trainplan.results.tables import compute
from trainplan.text.formats import billions

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, Any]]:
    """The folder of a desk, its address, and a browser."""
    folder = desk_folder(tmp_path_factory.mktemp("desk"))
    with voila(folder) as url, chromium() as (page, _):
        yield folder, f"{url}?token={TOKEN}", page


def page_as_sent(page: Any, url: str) -> str:
    """What the page says before any script of it has run."""
    first = page.request.get(url).text().partition('<div class="tp-first">')[2].partition("<script")[0]
    return re.sub("<[^>]+>", "", first)


def spent(folder: Path) -> str:
    """The money of the plan as it stands in the folder, as the desk writes it."""
    return str(billions(compute(load_plan(folder / "params" / PLAN)).funded_vnd, "vi"))


def test_the_answer_is_in_the_page_as_it_is_sent(served: tuple[Path, str, Any]) -> None:
    folder, url, page = served
    assert spent(folder) in page_as_sent(page, url)


def test_the_page_says_its_language_and_the_plan_and_shows_one_answer(served: tuple[Path, str, Any]) -> None:
    _, url, page = served
    page.goto(url)
    moved(page, 1)
    page.locator(".tp-first").wait_for(state="detached")
    assert page.locator(".tp-desk .headline").count() == 1
    for words, language in (("English", "en"), ("Tiếng Việt", "vi")):
        page.get_by_role("button", name=words, exact=True).click()
        page.wait_for_function(f"document.documentElement.lang === '{language}'")
        assert page.title() == load_plan(PLAN).title(language)
    page.goto("about:blank")


def test_what_others_saved_meanwhile_is_there(served: tuple[Path, str, Any]) -> None:
    """A desk waits as soon as another is opened; what is written after that must not be missing on it."""
    folder, url, page = served
    page.goto(url)
    moved(page, 1)
    page.wait_for_timeout(6000)  # until the next one waits; it is as right where that takes longer
    plan = folder / "params" / PLAN
    change = {"ceilings.2013/total.ceiling_vnd": {"value": 1}}
    (plan / ".draft.json").write_text(json.dumps({"changes": [change], "days": ["2024-05-06"]}), "utf-8")
    (plan / "scenarios" / "later.yaml").write_text("title: {vi: Đến sau, en: Later}\nset: {}\n", "utf-8")
    page.goto(url)
    moved(page, 1)
    page.locator(".tp-message.done", has_text="6/5/2024").wait_for()
    page.locator(".tp-desk select option", has_text="Đến sau").first.wait_for(state="attached")
    assert json.loads((plan / ".draft.json").read_text("utf-8"))["changes"] == [change]
    page.goto("about:blank")


def test_a_plan_changed_meanwhile_is_answered_as_it_is(served: tuple[Path, str, Any]) -> None:
    folder, url, page = served
    page_as_sent(page, url)
    page.wait_for_timeout(6000)
    before, table = spent(folder), folder / "data" / PLAN / "ceilings.csv"
    table.write_text(re.sub(r"15000000000", "11000000000", table.read_text("utf-8")), "utf-8")
    assert spent(folder) != before
    sent = page_as_sent(page, url)
    assert spent(folder) in sent and before not in sent
