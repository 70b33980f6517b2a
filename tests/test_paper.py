"""Printed pages: no heading stands alone at the foot of a sheet, and what follows a wide table stays on its sheet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from browser import opened
from making import copy_province, with_requests
from trainplan.plan.find import PROJECT
from trainplan.report.html import style_sheet
from trainplan.run.run import Request, run

FOOT = 57 + 20  # points: the margin below, 20 mm, and a line or two
PLAIN = "@page { size: A4; margin: 20mm } figure { break-inside: avoid } h2 { break-after: auto }"
LINK_HEADINGS = """() => {
  const links = document.body.appendChild(document.createElement('div'));
  links.style = 'position: absolute; top: 0; font-size: 1px';
  const link = (name, element) => {
    element.id = name;
    links.append(Object.assign(document.createElement('a'), {href: `#${name}`, textContent: '.'}));
  };
  document.querySelectorAll('h2').forEach((heading, k) => {
    let below = heading.nextElementSibling;
    for (let next; below.matches('p') && (next = below.nextElementSibling)?.matches('p, figure, .scroll, ul');)
      below = next;
    link(`heading-${k}`, heading);
    link(`below-${k}`, below);
  });
}"""  # what a link leads to has a place in the PDF

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the Vietnamese reports of the province, whose units ask for people."""
    folder = tmp_path_factory.mktemp("paper")
    plan = with_requests(copy_province(folder))
    assert run(Request(str(plan), language="vi", output=folder / "out", workers=2)) == 0
    return next((folder / "out").glob("*/base/reports"))


def printed(path: Path, script: str = "") -> str:
    """A page as Chromium prints it, its drawing left out."""
    with opened(path) as (page, _):
        if script:
            page.evaluate(script)
        data = page.pdf(prefer_css_page_size=True)
    return re.sub(rb"(?s)stream.*?endstream", b"", data).decode("latin-1")


def places(pdf: str) -> dict[str, tuple[str, float]]:
    """Where links lead: by name the sheet, and the height above its lower edge in points."""
    found = re.findall(r"/([a-z]+-\d+) \[(\d+) 0 R /XYZ [\d.]+ ([\d.]+) 0\]", pdf)
    return {name: (sheet, float(height)) for name, sheet, height in found}


def headings_alone(path: Path) -> tuple[int, list[int]]:
    """How many headings a page has, and which of them stand on another sheet than what is below, or with nothing of it
    but its edge."""
    found = places(printed(path, LINK_HEADINGS))
    pairs = [(found[f"heading-{k}"], found[f"below-{k}"]) for k in range(len(found) // 2)]
    alone = [k for k, ((sheet, _), (below, top)) in enumerate(pairs) if sheet != below or top < FOOT]
    return len(pairs), alone


@pytest.mark.parametrize("stem", sorted(path.stem for path in (PROJECT / "notebooks").glob("[0-9]*.ipynb")))
def test_no_heading_stands_alone_at_the_foot_of_a_sheet(stem: str, reports: Path) -> None:
    count, alone = headings_alone(reports / f"{stem}.vi.html")
    assert count and not alone


@pytest.mark.parametrize(("style", "alone"), [(style_sheet(), []), (PLAIN, [0])], ids=["ours", "none"])
def test_a_heading_that_stands_alone_is_found(style: str, alone: list[int], tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    figure = '<figure><div style="height: 60mm">A</div></figure>'
    body = f'<main><div style="height: 225mm"></div><h2>Heading</h2><p>Words.</p>{figure}</main>'
    path.write_text(f'<!doctype html><meta charset="utf-8"><style>{style}</style>{body}', "utf-8")
    assert headings_alone(path) == (1, alone)


def test_what_follows_a_wide_table_stays_on_its_sheet(reports: Path) -> None:
    sheets = re.findall(r"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed(reports / "04_gaps.vi.html"))
    lying = [float(width) > float(height) for width, height in sheets]
    assert lying == sorted(lying) and lying[-1] and not lying[0]
