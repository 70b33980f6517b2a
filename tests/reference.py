"""An independent reading of the method, in plain loops over dictionaries: slow, simple, and nobody's copy.

It shares nothing with `trainplan.model`; `test_model_agrees.py` compares the two, number by number. Section numbers are
those of `docs/method.md`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

INF = math.inf


def up(v: float) -> float:
    return float(math.ceil(v - 1e-9))


def down(v: float) -> float:
    return v if v == INF else float(math.floor(v + 1e-9))


def share_out(total: float, weights: list[float]) -> list[float]:
    """Whole numbers that add up to `total`, by largest remainder; ties go to the first."""
    if sum(weights) == 0:
        return [0.0] * len(weights)
    ideal = [w * total / sum(weights) for w in weights]
    given = [down(i) for i in ideal]
    by_rest = sorted(range(len(ideal)), key=lambda i: (-round(ideal[i] - given[i], 9), i))
    for i in by_rest[: round(total - sum(given))]:
        given[i] += 1
    return given


class Reference:
    """One simulation of a loaded plan."""

    def __init__(
        self, plan: Any, allocation: str = "", unlimited_places: bool = False, planned: dict[Any, float] | None = None
    ) -> None:
        """`planned` gives the enrollment of (year, objective, program) in place of a rule of funding."""
        self.planned = planned
        self.plan, self.first, self.last = plan, plan.first, plan.last
        self.rule = allocation or plan.allocation
        self.group = {g.id: g for g in plan.tables.groups}
        self.objective = {o.id: o for o in plan.tables.objectives}
        self.program = {p.id: p for p in plan.tables.programs}
        self.routes = plan.tables.routes
        self.pairs = list(dict.fromkeys((r.objective, r.program) for r in [*self.routes, *plan.tables.pipeline]))
        self.turnover = {(t.group, t.year): t.leave_rate for t in plan.tables.turnover}
        self.places = {
            p: INF if unlimited_places or r.capacity is None else down(r.capacity) for p, r in self.program.items()
        }
        self.prices: dict[str, dict[int, float]] = defaultdict(dict)
        for row in plan.tables.prices:
            self.prices[row.index][row.year] = row.value
        self.payers: dict[str, dict[str, float]] = defaultdict(dict)
        for row in plan.tables.funding:
            self.payers[row.program][row.source] = row.share
        self.ceiling = {(c.year, c.source): c.ceiling_vnd for c in plan.tables.ceilings if c.ceiling_vnd is not None}
        self.tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.N: dict[tuple[str, int], float] = {}
        self.a: dict[tuple[str, int], float] = {}
        self.J: dict[tuple[str, int], float] = {}
        self.cohorts: list[
            dict[str, Any]
        ] = []  # objective, program, start, enrolled, base (year that `enrolled` is of)
        self.Q: dict[tuple[str, int], float] = {}
        self.sent: dict[tuple[str, int], float] = {}
        self.run()

    # 1 workforce

    def workforce(self) -> None:
        for g, row in self.group.items():
            self.N[g, self.first - 1] = row.headcount
            for t in range(self.first, self.last + 1):
                before, now = self.N[g, t - 1], row.headcount * (1 + row.growth) ** (t - self.first + 1)
                a = self.turnover.get((g, t), row.leave_rate)
                joiners = now - before + a * before
                if joiners < 0:
                    joiners, a = 0.0, 1 - now / before
                self.N[g, t], self.a[g, t], self.J[g, t] = now, a, joiners
                self.tables["workforce"].append(
                    {"year": t, "group": g, "headcount": now, "joiners": joiners, "leavers": a * before}
                )

    def leaving(self, g: str, t: int) -> float:
        if t <= self.last:
            return self.a[g, t]
        return self.turnover.get((g, t), self.group[g].leave_rate)

    def survive(self, g: str, start: int, v: int) -> float:
        left = 1.0
        for t in range(start + 1, v + 1):
            left *= 1 - self.leaving(g, t)
        return left

    # 2 path and need

    def target(self, o: str) -> float:
        row = self.objective[o]
        high = row.target_low if row.target_high is None else row.target_high
        t = {"low": row.target_low, "high": high, "mid": (row.target_low + high) / 2}[self.plan.choices.ambition]
        return max(1.0, up(t)) if row.kind == "count" else t

    def phi(self, o: str, t: int) -> float:
        row = self.objective[o]
        due, pacing = row.due_year, self.plan.choices.pacing if row.pacing is None else row.pacing
        if t >= due or pacing == "front":
            return 1.0
        if pacing == "back":
            return 0.0
        if pacing == "linear":
            return (t - self.first + 1) / (due - self.first + 1)
        return float(pacing[t - self.first])

    def path(self, o: str, t: int) -> float:
        c0, goal = self.objective[o].baseline, self.target(o)
        return goal if goal < c0 else c0 + (goal - c0) * self.phi(o, t)

    def base(self, o: str, t: int) -> float:
        row = self.objective[o]
        size = self.N[row.group, t]
        return size * self.group[row.group].appointment_rate if row.kind == "appointment" else size

    def length(self, o: str) -> int:
        return next(self.program[r.program].years for r in self.routes if r.objective == o)

    def rate(self, o: str) -> float:
        return sum(r.share * self.program[r.program].completion_rate for r in self.routes if r.objective == o)

    def learners(self, c: dict[str, Any], t: int) -> float:
        """Who is left of a cohort in year t; 0 outside its course."""
        if not c["start"] <= t <= c["start"] + self.program[c["program"]].years - 1:
            return 0.0
        return c["enrolled"] * self.survive(self.objective[c["objective"]].group, c["base"], t)

    def completed(self, o: str, p: str, t: int) -> float:
        row = self.program[p]
        ending = [
            c for c in self.cohorts if c["objective"] == o and c["program"] == p and c["start"] + row.years - 1 == t
        ]
        return sum(self.learners(c, t) * row.completion_rate for c in ending)

    def completions(self, o: str, t: int) -> float:
        return sum(self.completed(o, p, t) for q, p in self.pairs if q == o)

    def stock(self, o: str, before: float, t: int) -> float:
        row = self.objective[o]
        g = row.group
        kept = before * (1 - self.a[g, t]) * (1 - (row.lapse_rate or 0))
        return min(self.N[g, t], kept + self.J[g, t] * (row.entry_share or 0) + self.completions(o, t))

    def need(self, o: str, t: int, given: dict[str, float]) -> float:
        row = self.objective[o]
        g = row.group
        if self.N[g, t] == 0:
            return 0.0
        if row.kind == "count":
            parts = [p.id for p in self.objective.values() if p.part_of == o]
            missing = self.target(o) * self.phi(o, t) - self.sent[o, t - 1] - sum(given[p] for p in parts)
            kept = sum(max(0.0, self.target(p) - self.sent[p, t - 1]) for p in parts)
            room = INF if t >= row.due_year else self.target(o) - self.sent[o, t - 1] - kept
            return up(max(0.0, min(missing, room)))
        if row.kind in ("annual", "appointment"):
            return min(up(self.path(o, t) * self.base(o, t) / self.rate(o)), up(self.base(o, t)))
        v = t + self.length(o) - 1
        if v > self.last:
            return 0.0
        ahead = {t - 1: self.Q[o, t - 1]}
        for year in range(t, v + 1):
            ahead[year] = self.stock(o, ahead[year - 1], year)
        studying = sum(
            self.learners(c, t)
            for c in self.cohorts
            if c["objective"] == o and c["start"] + self.program[c["program"]].years - 1 > t
        )
        idle = up(max(0.0, self.N[g, t] - ahead[t] - studying))
        left = self.survive(g, t, v)
        if left == 0:
            return 0.0
        missing = max(0.0, self.path(o, v) * self.N[g, v] - ahead[v])
        return min(up(missing / (self.rate(o) * left)), idle)

    def depth(self, o: str) -> int:
        above = self.objective[o].part_of
        return 0 if above is None else 1 + self.depth(above)

    def ask(self, t: int) -> tuple[dict[Any, float], dict[Any, float]]:
        """Needed and deliverable of every pair, parts of counts first."""
        needed = dict.fromkeys(self.pairs, 0.0)
        fits = dict.fromkeys(self.pairs, 0.0)
        places, given = dict(self.places), dict.fromkeys(self.objective, 0.0)
        for level in range(max(map(self.depth, self.objective)), -1, -1):
            here = [o for o in self.objective if self.depth(o) == level]
            for o in here:
                routes = [r for r in self.routes if r.objective == o]
                for r, x in zip(routes, share_out(self.need(o, t, given), [r.share for r in routes]), strict=True):
                    needed[o, r.program] = x
            for p in self.program:
                asking = [(o, p) for o in here if (o, p) in needed]
                wanted = [needed[pair] for pair in asking]
                granted = wanted if sum(wanted) <= places[p] else share_out(places[p], wanted)
                for pair, x in zip(asking, granted, strict=True):
                    fits[pair] = x
                places[p] -= sum(granted)
            for o in here:
                own = sum(fits[pair] for pair in self.pairs if pair[0] == o)
                given[o] = own + sum(given[p.id] for p in self.objective.values() if p.part_of == o)
        return needed, fits

    # 3 cost

    def price(self, p: str, t: int) -> float:
        known = self.prices[self.program[p].price_index]
        return known[max(y for y in known if y <= t)] / known[self.plan.price_base_year]

    def seats(self, p: str, n: float) -> float:
        size = self.program[p].class_size
        return 0.0 if size is None else up(n / size)

    def cost_of(self, p: str, people: float, classes: float, t: int) -> float:
        row = self.program[p]
        return (people * row.cost_per_learner_year + classes * row.cost_per_class_year) * self.price(p, t)

    def people(self, p: str, t: int) -> float:
        return sum(self.learners(c, t) for c in self.cohorts if c["program"] == p)

    def classes(self, p: str, t: int) -> float:
        by_start: dict[int, float] = defaultdict(float)
        for c in self.cohorts:
            if c["program"] == p and c["start"] <= t <= c["start"] + self.program[p].years - 1:
                by_start[c["start"]] += c["enrolled"]
        return sum(self.seats(p, n) for n in by_start.values())

    # 4 funding

    def fund(self, fits: dict[Any, float], committed: dict[str, float], t: int) -> dict[Any, float]:
        if self.planned is not None:
            return {pair: self.planned[t, *pair] for pair in self.pairs}
        if self.rule == "all":
            return dict(fits)
        left = {s.id: self.ceiling.get((t, s.id), INF) for s in self.plan.tables.sources}
        for s in left:
            left[s] = max(0.0, left[s] - sum(committed[p] * self.payers[p].get(s, 0) for p in self.program))
        left["total"] = max(0.0, self.ceiling.get((t, "total"), INF) - sum(committed.values()))
        return self.proportional(fits, left, t) if self.rule == "proportional" else self.by_priority(fits, left, t)

    def proportional(self, fits: dict[Any, float], left: dict[str, float], t: int) -> dict[Any, float]:
        wanted = {p: sum(x for (_, q), x in fits.items() if q == p) for p in self.program}
        price = {p: self.cost_of(p, n, self.seats(p, n), t) for p, n in wanted.items()}
        asked = {s: sum(price[p] * self.payers[p].get(s, 0) for p in price) for s in left if s != "total"}
        asked["total"] = sum(price.values())
        factor = {s: 1.0 if asked[s] == 0 else min(1.0, left[s] / asked[s]) for s in left}
        given = dict.fromkeys(self.pairs, 0.0)
        for p, n in wanted.items():
            scarce = min([factor["total"], *(factor[s] for s, share in self.payers[p].items() if share > 0)])
            if price[p] > 0 and scarce < 1:
                money = scarce * price[p] * (1 + 1e-12)
                while n > 0 and self.cost_of(p, n, self.seats(p, n), t) > money:
                    n -= 1
            pairs = [(o, p) for o in self.objective if (o, p) in fits]
            for pair, x in zip(pairs, share_out(n, [fits[pair] for pair in pairs]), strict=True):
                given[pair] = x
        return given

    def by_priority(self, fits: dict[Any, float], left: dict[str, float], t: int) -> dict[Any, float]:
        given = dict.fromkeys(self.pairs, 0.0)
        taken = dict.fromkeys(self.program, 0.0)
        order = list(self.objective)
        for o in sorted(order, key=lambda o: (self.objective[o].priority, order.index(o))):
            for p in [p for q, p in self.pairs if q == o]:
                payers = {**{s: share for s, share in self.payers[p].items() if share > 0}, "total": 1.0}

                def added(n: float, p: str = p) -> float:
                    return self.cost_of(p, n, self.seats(p, taken[p] + n) - self.seats(p, taken[p]), t)

                n = fits[o, p]
                while n > 0 and any(added(n) * share > left[s] * (1 + 1e-12) for s, share in payers.items()):
                    n -= 1
                for s, share in payers.items():
                    left[s] = max(0.0, left[s] - added(n) * share)
                given[o, p], taken[p] = n, taken[p] + n
        return given

    # the years

    def run(self) -> None:
        self.workforce()
        self.tables["workforce"].sort(key=lambda row: row["year"])
        for row in self.plan.tables.pipeline:
            self.cohorts.append(
                {"objective": row.objective, "program": row.program, "start": row.started, "enrolled": row.learners,
                 "base": self.first - 1}
            )  # fmt: skip
        for o, row in self.objective.items():
            self.Q[o, self.first - 1] = row.baseline * self.N[row.group, self.first - 1]
            self.sent[o, self.first - 1] = 0.0
        for t in range(self.first, self.last + 1):
            self.year(t)
        for t in range(self.last + 1, self.last + max(p.years for p in self.program.values())):
            for p in self.program:
                vnd = self.cost_of(p, self.people(p, t), self.classes(p, t), t)
                for s, share in self.payers[p].items():
                    if vnd * share > 0:
                        self.tables["commitments"].append({"year": t, "program": p, "source": s, "vnd": vnd * share})
        self.verdicts()

    def year(self, t: int) -> None:
        needed, fits = self.ask(t)
        committed = {p: self.cost_of(p, self.people(p, t), self.classes(p, t), t) for p in self.program}
        given = self.fund(fits, committed, t)
        for (o, p), x in given.items():
            if x:
                self.cohorts.append({"objective": o, "program": p, "start": t, "enrolled": x, "base": t})
        for pair in self.pairs:
            done = self.completed(*pair, t)
            self.tables["enrollment"].append(
                {"year": t, "objective": pair[0], "program": pair[1], "needed": needed[pair],
                 "deliverable": fits[pair], "funded": given[pair], "completed": done}
            )  # fmt: skip
        self.money(t, fits, given, committed)
        for o in sorted(self.objective, key=self.depth, reverse=True):
            own = sum(x for (q, _), x in given.items() if q == o)
            parts = [p.id for p in self.objective.values() if p.part_of == o]
            self.sent[o, t] = self.sent[o, t - 1] + own + sum(self.sent[p, t] - self.sent[p, t - 1] for p in parts)
            self.Q[o, t] = self.stock(o, self.Q[o, t - 1], t)
        for o, row in self.objective.items():
            self.gap(o, row, t)

    def money(self, t: int, fits: dict[Any, float], given: dict[Any, float], committed: dict[str, float]) -> None:
        total = {"deliverable": defaultdict(float), "funded": defaultdict(float)}
        for p in self.program:
            new = {name: sum(x for (_, q), x in some.items() if q == p) for name, some in (("d", fits), ("f", given))}
            deliverable = committed[p] + self.cost_of(p, new["d"], self.seats(p, new["d"]), t)
            funded = committed[p] + self.cost_of(p, new["f"], self.seats(p, new["f"]), t)
            self.tables["classes"].append(
                {"year": t, "program": p, "new_learners": new["f"], "learners": self.people(p, t),
                 "new_classes": self.seats(p, new["f"]), "classes": self.classes(p, t)}
            )  # fmt: skip
            for s, share in self.payers[p].items():
                self.tables["cost"].append(
                    {
                        "year": t,
                        "program": p,
                        "source": s,
                        "deliverable_vnd": deliverable * share,
                        "funded_vnd": funded * share,
                    }
                )
                for name, vnd in (("deliverable", deliverable), ("funded", funded)):
                    total[name][s] += vnd * share
                    total[name]["total"] += vnd * share
        lacking = 0.0
        for s in [*(s.id for s in self.plan.tables.sources), "total"]:
            ceiling = self.ceiling.get((t, s), INF)
            short = max(0.0, total["deliverable"][s] - ceiling)
            short = max(short, lacking) if s == "total" else short
            lacking += short
            self.tables["budget"].append(
                {"year": t, "source": s, "ceiling_vnd": None if ceiling == INF else ceiling,
                 "deliverable_vnd": total["deliverable"][s], "funded_vnd": total["funded"][s], "shortfall_vnd": short}
            )  # fmt: skip

    def gap(self, o: str, row: Any, t: int) -> None:
        goal, empty = self.target(o), self.N[row.group, t] == 0
        if row.kind == "count":
            base, reached = goal, self.sent[o, t]
            missing = max(0.0, goal - reached)
            met = reached >= goal
        else:
            base = self.base(o, t)
            reached = self.Q[o, t] if row.kind == "attainment" else self.completions(o, t)
            missing = max(0.0, goal * base - reached)
            met = missing < 0.5
        cover = 1.0 if empty or base == 0 else reached / base
        if row.kind != "count":
            cover = min(1.0, cover)
        if empty:
            missing, met = 0.0, True
        self.tables["gap"].append(
            {"year": t, "objective": o, "group": row.group, "base": base, "target_path": self.path(o, t),
             "target": goal, "reached": reached, "coverage": cover, "gap": missing,
             "met": met if t >= row.due_year else None}
        )  # fmt: skip

    def verdicts(self) -> None:
        for o, row in self.objective.items():
            now = next(g for g in self.tables["gap"] if g["objective"] == o and g["year"] == row.due_year)
            asked = now["target"] if row.kind == "count" else now["target"] * now["base"]
            word = "met" if now["met"] else "nearly" if now["gap"] < 0.01 * asked else "missed"
            self.tables["verdicts"].append(
                {"objective": o, "target": now["target"], "due": row.due, "reached": now["reached"],
                 "coverage": now["coverage"], "verdict": word}
            )  # fmt: skip


def lines(plan: Any, affordable: Reference) -> list[dict[str, Any]]:
    """Coverage needed (no limit), deliverable (within places) and affordable (the plan's rule)."""
    runs = (Reference(plan, "all", unlimited_places=True), Reference(plan, "all"), affordable)
    cover = [[row["coverage"] for row in run.tables["gap"]] for run in runs]
    keys = [(row["year"], row["objective"]) for row in runs[0].tables["gap"]]
    return [
        {"year": y, "objective": o, "needed": a, "deliverable": b, "affordable": c}
        for (y, o), a, b, c in zip(keys, *cover, strict=True)
    ]
