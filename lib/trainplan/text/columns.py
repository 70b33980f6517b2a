"""Old names of texts, until every caller says the family of what it names."""

from __future__ import annotations

from trainplan.text.catalog import say, texts

NAMES = {
    "groups": "table.groups",
    "turnover": "table.turnover",
    "objectives": "table.objectives",
    "programs": "table.programs",
    "routes": "table.routes",
    "pipeline": "table.pipeline",
    "sources": "table.sources",
    "funding": "table.funding",
    "ceilings": "table.ceilings",
    "prices": "table.prices",
    "units": "table.units",
    "unit_headcounts": "table.unit_headcounts",
    "unit_baselines": "table.unit_baselines",
    "history": "table.history",
    "actuals": "table.actuals",
    "observations": "table.observations",
    "headcount": "column.headcount",
    "growth": "column.growth",
    "leave_rate": "column.leave_rate",
    "appointment_rate": "column.appointment_rate",
    "baseline": "column.baseline",
    "target_low": "column.target_low",
    "target_high": "column.target_high",
    "due": "column.due",
    "entry_share": "column.entry_share",
    "lapse_rate": "column.lapse_rate",
    "priority": "column.priority",
    "weight": "column.weight",
    "years": "column.years",
    "completion_rate": "column.completion_rate",
    "class_size": "column.class_size",
    "capacity": "column.capacity",
    "cost_per_learner_year": "column.cost_per_learner_year",
    "cost_per_class_year": "column.cost_per_class_year",
    "price_index": "column.price_index",
    "share": "column.share",
    "learners": "column.learners",
    "ceiling_vnd": "column.ceiling_vnd",
    "value": "column.value",
    "cpi": "price_index.cpi",
    "base_salary": "price_index.base_salary",
    "usd": "price_index.usd",
    "ambition": "choice.ambition",
    "pacing": "choice.pacing",
    "allocation": "choice.allocation",
    "price_base_year": "choice.price_base_year",
    "language": "choice.language",
    "first": "choice.first",
    "last": "choice.last",
    "low": "ambition.low",
    "mid": "ambition.mid",
    "high": "ambition.high",
    "linear": "pacing.linear",
    "front": "pacing.front",
    "back": "pacing.back",
}


def old_name(key: str, language: str, **values: object) -> str:
    """The text of a key that is only known when it runs; the key itself where it has none."""
    name = NAMES.get(key, "")
    return say(name, language, **values) if name in texts(language) else key
