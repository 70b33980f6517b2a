"""What axe, which knows the rules for pages that all can read, finds on the desk and on the pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from browser import opened
from servers import PLAN, ROOT, TOKEN, chromium, desk_folder, moved, voila
from trainplan.cli import main

pytestmark = pytest.mark.browser

EVERY = ("minor", "moderate", "serious", "critical")
SMALL = ROOT / "tests" / "broken" / "sound"


def findings(page: Any, impacts: Iterable[str] = EVERY) -> list[str]:
    """What axe finds: `impact rule (how often): the first place`."""
    from axe_playwright_python.sync_playwright import Axe

    violations = Axe().run(page).response["violations"]
    found = []
    for one in violations:
        if one["impact"] in impacts:
            first = one["nodes"][0]
            found.append(f"{one['impact']} {one['id']} ({len(one['nodes'])}): {first['target']} {first['html'][:160]}")
    return found


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_nothing_grave_is_found_on_the_desk(tmp_path: Path, language: str, width: int) -> None:
    with voila(desk_folder(tmp_path, language)) as url, chromium(width) as (page, _):
        page.goto(f"{url}?token={TOKEN}")
        moved(page, 1)
        page.locator(".tp-lever-money_total .noUi-handle").press("ArrowRight")
        moved(page, 2)
        assert findings(page, ("serious", "critical")) == []


@pytest.fixture(scope="module", params=[SMALL, ROOT / "params" / PLAN], ids=lambda plan: plan.name)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The pages of a plan, in both languages."""
    folder = tmp_path_factory.mktemp("site")
    assert main(["run", str(request.param), "--output", str(folder), "--workers", "2"]) == 0
    yield folder / request.param.name


def test_nothing_is_found_on_the_pages(site: Path) -> None:
    found: dict[str, list[str]] = {}
    for path in [*site.glob("*.html"), *sorted((site / "base" / "reports").glob("*.html"))]:
        with opened(path) as (page, _):
            if there := findings(page):
                found[path.name] = there
    assert found == {}, "\n".join(f"{name}:\n  " + "\n  ".join(there) for name, there in found.items())
