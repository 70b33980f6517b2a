"""The reviewer's way in: a page that leads with the answer and links everything that a run left."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from trainplan.analysis.monte_carlo import uncertainty_by_rule
from trainplan.report.charts import VERDICT_MARKS
from trainplan.report.figures import money_by_scenario
from trainplan.report.html import POLICY, TEMPLATES, html_table, style
from trainplan.report.sentences import explain_verdicts, headline, quantified_objectives, simplifications
from trainplan.report.tables import probabilities_by_rule, scenarios
from trainplan.report.titles import report_title
from trainplan.results.compare import Comparison
from trainplan.storage.files import write_text
from trainplan.text.formats import number
from trainplan.text.words import old_say

NAMES = {"vi": "index.html", "en": "index.en.html"}
WORDS = {
    "vi": {
        "skip": "Đến nội dung",
        "subtitle": "Kế hoạch đào tạo: nhu cầu, kinh phí và khoảng cách từng năm",
        "other": "English",
        "why": "Từng chỉ tiêu: đạt đến đâu, vướng ở đâu",
        "lead": "Chỉ tiêu nào đạt, khi nào, với bao nhiêu tiền và trong kịch bản nào:",
        "reports": "Các báo cáo",
        "failed": "Không chạy được:",
        "files": "Bảng kết quả (CSV)",
        "elsewhere": "bằng tiếng Anh",
        "earlier": "từ lần chạy trước, số liệu có thể đã khác",
        "targets": "Chỉ tiêu theo kịch bản",
        "targets_lead": "Kết luận và tỷ lệ đạt (%) của từng chỉ tiêu vào năm đến hạn.",
        "target": "Chỉ tiêu",
        "due": "Hạn",
        "likely": "Xác suất đạt từng chỉ tiêu",
        "likely_lead": "Khi kinh phí thực có, giá cả, số người và tỷ lệ hoàn thành không đúng như dự kiến: xác suất đạt"
        " khi đến hạn theo từng cách phân bổ, nếu mỗi năm lập lại kế hoạch hoặc giữ kế hoạch đã định dù thiếu tiền.",
        "scenarios": "Các kịch bản",
        "simplified": "Mô hình đơn giản hóa những gì",
        "footer": "Trang này không tải gì từ mạng; có thể sao chép cả thư mục và đọc ngoại tuyến.",
    },
    "en": {
        "skip": "To the content",
        "subtitle": "The training plan: enrollment, money and gaps, year by year",
        "other": "Tiếng Việt",
        "why": "Target by target: how far it gets, and what stands in its way",
        "lead": "Which targets are met, when, for how much money and in which scenario:",
        "reports": "The reports",
        "failed": "These could not be run:",
        "files": "Result tables (CSV)",
        "elsewhere": "in Vietnamese",
        "earlier": "from an earlier run, numbers may differ",
        "targets": "Targets by scenario",
        "targets_lead": "Verdict and coverage (%) of every target in its due year.",
        "target": "Target",
        "due": "Due",
        "likely": "How likely each target is",
        "likely_lead": "When money, prices, people and completion do not come as assumed: the probability of each"
        " target when due under every rule of allocation, planned again each year or kept as decided, whatever the"
        " money.",
        "scenarios": "The scenarios",
        "simplified": "What the model simplifies",
        "footer": "This page loads nothing from the network; copy the whole folder and read it offline.",
    },
}


@dataclass(frozen=True)
class ScenarioRun:
    """What there is of a scenario in its folder, as the index shows it (no reports where none was ever asked for)."""

    title: dict[str, str]  # by language, as is the reason
    reason: dict[str, str]
    folder: Path
    reports: dict[tuple[str, str], Path]  # (notebook's stem, language) -> HTML
    earlier: frozenset[tuple[str, str]]  # those of the reports that today's inputs, code or notebook did not make
    tables_earlier: bool
    failed: dict[str, str]  # name of the notebook and language -> why


def write_index(folder: Path, comparison: Comparison, done: Sequence[ScenarioRun]) -> Path:
    """Writes index.html (Vietnamese) and index.en.html into `folder`; returns the first."""
    loader = FileSystemLoader(TEMPLATES)
    template = Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("index.html.j2")
    by_rule = uncertainty_by_rule(comparison.runs[0].plan)
    for language, name in NAMES.items():
        shown = content(folder, comparison, done, language)
        shown["likely"] = Markup(html_table(probabilities_by_rule(by_rule, language))) if by_rule else ""
        write_text(folder / name, template.render(shown) + "\n")
    return folder / NAMES["vi"]


def content(folder: Path, comparison: Comparison, done: Sequence[ScenarioRun], language: str) -> dict[str, Any]:
    """What the page shows in a language, the odds apart."""
    other = "en" if language == "vi" else "vi"
    first = comparison.runs[0]
    return {
        "language": language,
        "other_language": other,
        "other_href": NAMES[other],
        "policy": POLICY,
        "style": Markup(style()),
        "title": first.plan.title(language),
        "answer": answer(comparison, language),
        "why": explain_verdicts(first, language),
        "money": money(comparison, language),
        "runs": [run_links(folder, run, language) for run in done if run.reports or run.failed],
        "scenarios": [{"title": run.plan.scenario_title(language)} for run in comparison.runs],
        "matrix": matrix(comparison, language),
        "marks": [(mark, old_say(verdict, language)) for verdict, mark in VERDICT_MARKS.items()],
        "scenario_table": Markup(html_table(scenarios(comparison, language))),
        "simplified": simplifications(language),
        "w": WORDS[language],
    }


def answer(comparison: Comparison, language: str) -> list[str]:
    """The plan itself, and the scenario in which most targets are met within ceilings."""
    sentences = headline(comparison.runs[0], language)
    totals = comparison.totals
    within = totals[[run.plan.allocation != "all" for run in comparison.runs]]
    best = within.loc[within["met"].idxmax()] if len(within) else None
    if best is not None and best["scenario"] != comparison.runs[0].plan.scenario:
        run = next(run for run in comparison.runs if run.plan.scenario == best["scenario"])
        title, met, count = run.plan.scenario_title(language), best["met"], best["objectives"]
        lead = {
            "vi": f"Trong các kịch bản có trần kinh phí, nhiều chỉ tiêu đạt nhất là “{title}”: {met} trong {count}"
            f"{' (gồm cả mục tiêu không có số)' if len(quantified_objectives(run.plan)) < count else ''}.",
            "en": f"Among the scenarios with a ceiling, most targets are met in “{title}”: {met} of {count}"
            f"{' (goals without a number among them)' if len(quantified_objectives(run.plan)) < count else ''}.",
        }
        sentences.append(lead[language])
    return sentences


def money(comparison: Comparison, language: str) -> dict[str, str]:
    """The picture of money and targets met by scenario."""
    picture = money_by_scenario(comparison, language)
    return {"alt": picture.alt, "data": base64.b64encode(picture.png()).decode("ascii")}


def matrix(comparison: Comparison, language: str) -> list[dict[str, Any]]:
    """A row an objective, a cell a scenario: mark, word and coverage."""
    plan = comparison.runs[0].plan
    results = comparison.results.set_index(["objective", "scenario"])
    rows = []
    for objective in plan.tables.objectives:
        cells = [results.loc[(objective.id, run.plan.scenario)] for run in comparison.runs]
        shown = [
            {
                "verdict": cell["verdict"],
                "mark": VERDICT_MARKS.get(cell["verdict"], ""),
                "word": old_say(cell["verdict"], language),
                "coverage": number(cell["coverage"] * 100, language, 1),
            }
            for cell in cells
        ]
        rows.append({"name": plan.label("objectives", objective.id, language), "due": objective.due, "cells": shown})
    return rows


def run_links(folder: Path, run: ScenarioRun, language: str) -> dict[str, Any]:
    """Links to what runs left of a scenario: reports in the language (else in the other), tables and the manifest."""
    w, reports = WORDS[language], []
    for stem in dict.fromkeys(stem for stem, _ in run.reports):
        shown = next(key for key in ((stem, language), *run.reports) if key in run.reports and key[0] == stem)
        notes = [w["elsewhere"]] if shown[1] != language else []
        notes += [w["earlier"]] if shown in run.earlier else []
        link = href(folder, run.reports[shown])
        reports.append({"href": link, "title": report_title(stem, language), "note": "; ".join(notes)})
    tables = sorted((run.folder / "tables").glob("*.csv"))
    files = [{"href": href(folder, path), "name": path.stem} for path in tables]
    files.append({"href": href(folder, run.folder / "manifest.json"), "name": "manifest.json"})
    return {
        "title": run.title.get(language, run.folder.name),
        "reason": run.reason.get(language, ""),
        "reports": reports,
        "files": files,
        "note": w["earlier"] if run.tables_earlier else "",
        "failed": run.failed,
    }


def href(folder: Path, path: Path) -> str:
    """A relative link that any browser understands."""
    return quote(path.relative_to(folder).as_posix())
