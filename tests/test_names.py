"""Names as people give them: whatever letters they hold, figures, tables and drawings show them as they are."""

from __future__ import annotations

import csv
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from making import RANGES, SOUND, with_history
from trainplan.desk.sections import desk_page
from trainplan.desk.session import Session
from trainplan.report.html import LITERAL

ODD = (
    "$5 và $6", "_gạch dưới_", r"x^2_{n} \alpha", "100 % {a} %s", "<b>&amp;</b>", "\"kép\" 'đơn' `x`", "# *s* [a](b)",
    r"\$ \\ \n", "Liềnmộtchữ" * 9, "rất dài " * 14,
)  # fmt: skip


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sound plan in which every row of a table, every range and every scenario has an odd name of its own."""
    folder = with_history(Path(shutil.copytree(SOUND, tmp_path_factory.mktemp("odd") / "plan")))
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for k, row in enumerate(rows):
            row.update({c: f"{ODD[k % len(ODD)]} {path.stem[:2]}{k}" for c in ("name_vi", "name_en") if c in row})
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    ranges = RANGES.replace("Kinh phí thực có", "'$r và $1'").replace("Tỷ lệ rời đi", "'_r^2 {x}'")
    with (folder / "plan.yaml").open("a", encoding="utf-8") as file:
        file.write(ranges)
    for k, name in enumerate(ODD):
        title = name.replace("'", "''")
        (folder / "scenarios" / f"s{k}.yaml").write_text(
            f"title: '{title}'\nreason: '{title}'\nset: {{programs.college.capacity: {100 + k}}}\n", "utf-8"
        )
    return folder


class Words(HTMLParser):
    """The text of a page, that in attributes too."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.feed(source)

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.text += [value for _, value in attrs if value]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_desk_says_names_as_they_are(odd: Path, language: str) -> None:
    session = Session(odd, "s4")
    texts = Words(desk_page(session, language)).text
    assert f"tp-desk static {LITERAL}" in texts
    shown = [("objectives", row.id) for row in session.plan.tables.objectives]
    shown += [("programs", id) for id in set(session.results["enrollment"].query("funded > 0")["program"])]
    shown += [("sources", id) for id in set(session.results["budget"].query("funded_vnd > 0")["source"]) - {"total"}]
    for table, id in shown:
        assert any(session.plan.label(table, id, language) in text for text in texts), (table, id)
