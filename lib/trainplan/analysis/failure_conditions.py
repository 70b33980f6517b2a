"""Conditions of failure: a rule of one or two thresholds tells when a target is missed (method.md, section 7).

Every threshold at a twentieth of the draws and every pair of the strongest inputs is tried, joined by «and» or by
«or». The rule that separates best is kept (the share of misses that it finds less the share of others that it takes
for misses), a second threshold only where it gains. It is found in every other draw and judged in the rest.
Of a range drawn anew each year every year is an input of its own: a threshold is for somebody who watches a year.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from trainplan.analysis.monte_carlo import Uncertainty
from trainplan.analysis.sampling import DrawnInput, drawn_inputs
from trainplan.model.arrays import Array, Mask
from trainplan.plan.plan import Plan

BINS = 20
STRONGEST = 6  # inputs that are tried in pairs
GAIN = 0.03  # what a second threshold must add
SELDOM = 0.01  # a target missed more seldom than this, or met more seldom, has no conditions


@dataclass(frozen=True)
class Condition:
    """A range is below (or above) a threshold, in the range's own terms: a value, a factor or a summand.

    `input` is the place of the range, or of its year, among `drawn_inputs`.
    """

    input: int
    below: bool
    threshold: float

    def holds(self, inputs: Array) -> Mask:
        """In which draws; `inputs` is (inputs, D)."""
        return inputs[self.input] < self.threshold if self.below else inputs[self.input] >= self.threshold


@dataclass(frozen=True)
class FailureRule:
    """In which draws a target is missed, by one or two conditions; none where it is nearly always or never missed.

    Shares: `missed` of all draws miss the target; `right` of the draws that the rule names are misses (precision);
    `found` of the misses are named by the rule (recall).
    """

    objective: str
    missed: float
    conditions: tuple[Condition, ...] = ()
    either: bool = False  # one of the two conditions is enough
    right: float = float("nan")
    found: float = float("nan")

    def holds(self, inputs: Array) -> Mask:
        """In which draws, (D,), the rule says that the target is missed; `inputs` is (inputs, D)."""
        each = [condition.holds(inputs) for condition in self.conditions]
        return np.any(each, axis=0) if self.either else np.all(each, axis=0)


def failure_conditions(draws: Uncertainty) -> list[FailureRule]:
    """The rule of every target, in the plan's order."""
    return [find_rule(row.id, draws.inputs, draws.met[o] == 0) for o, row in enumerate(draws.plan.tables.objectives)]


def conditions_table(plan: Plan, rules: Iterable[FailureRule]) -> pd.DataFrame:
    """objective, missed, rule (in the terms of the plan's addresses), right, found: shares of the draws."""
    rows = [(rule.objective, rule.missed, _rule_text(plan, rule), rule.right, rule.found) for rule in rules]
    return pd.DataFrame(rows, columns=["objective", "missed", "rule", "right", "found"])


def _rule_text(plan: Plan, rule: FailureRule) -> str:
    """A rule as addresses, forms and thresholds; empty where it has no conditions."""
    inputs = drawn_inputs(plan)
    parts = [
        f"{' '.join(_addresses(inputs[one.input]))} {inputs[one.input].range.form} "
        f"{'<' if one.below else '>='} {one.threshold:.6g}"
        for one in rule.conditions
    ]
    return (" or " if rule.either else " and ").join(parts)


def _addresses(one: DrawnInput) -> Sequence[str]:
    return one.range.address if one.year is None else one.range.addresses([one.year])


def find_rule(objective: str, inputs: Array, missed: Mask) -> FailureRule:
    """The rule for one target from what the inputs came to, (inputs, D), and the draws in which it was missed, (D,)."""
    rate = float(missed.mean())
    if not SELDOM <= rate <= 1 - SELDOM:
        return FailureRule(objective, rate)
    learn, judge = slice(0, None, 2), slice(1, None, 2)
    if missed[learn].all() or not missed[learn].any():  # of few draws
        return FailureRule(objective, rate)
    found = FailureRule(objective, rate, *best_conditions(inputs[:, learn], missed[learn]))
    named, misses = found.holds(inputs[:, judge]), missed[judge]
    hit = float((named & misses).sum())
    right = hit / named.sum() if named.any() else 0.0
    return FailureRule(objective, rate, found.conditions, found.either, float(right), float(hit / max(1, misses.sum())))


def best_conditions(inputs: Array, missed: Mask) -> tuple[tuple[Condition, ...], bool]:
    """The one or two conditions that tell misses, (D,), best from `inputs`, (inputs, D); whether one is enough."""
    edges = np.quantile(inputs, np.linspace(0, 1, BINS + 1)[1:-1], axis=1).T  # (inputs, BINS − 1)
    bins = np.stack([np.searchsorted(edge, row, side="right") for edge, row in zip(edges, inputs, strict=True)])
    single = [_best_cut(_separation(bins[i][None], missed)[0], i, edges) for i in range(len(inputs))]
    score, chosen = max(single, key=lambda one: one[0])
    strongest = sorted(range(len(inputs)), key=lambda i: -single[i][0])[:STRONGEST]
    pairs = [pair for i, j in combinations(strongest, 2) for pair in _corner_cuts(i, j, bins, missed, edges)]
    if pairs:
        two = max(pairs, key=lambda one: one[0])
        if two[0] > score + GAIN:
            return two[1], two[2]
    return (chosen,), False


def _separation(bins: Array, missed: Mask) -> Array:
    """Of one or two binned inputs: (share of misses) − (share of others) in each bin."""
    place = bins[0] if len(bins) == 1 else bins[0] * BINS + bins[1]
    size = BINS ** len(bins)
    misses = np.bincount(place, weights=missed, minlength=size) / missed.sum()
    others = np.bincount(place, weights=~missed, minlength=size) / (~missed).sum()
    return (misses - others).reshape((1,) * (2 - len(bins)) + (BINS,) * len(bins))


def _best_cut(separation: Array, i: int, edges: Array) -> tuple[float, Condition]:
    """The best threshold on one input."""
    below = np.cumsum(separation)[:-1]
    at = int(np.argmax(np.abs(below)))
    return float(abs(below[at])), Condition(i, bool(below[at] > 0), float(edges[i, at]))


def _corner_cuts(
    i: int, j: int, bins: Array, missed: Mask, edges: Array
) -> Iterator[tuple[float, tuple[Condition, ...], bool]]:
    """The best pair of thresholds on two inputs in each of the four corners.

    A corner that holds what is met is turned round: one of the opposite conditions is enough for a miss.
    """
    separation = _separation(bins[[i, j]], missed)
    for below_i in (True, False):
        for below_j in (True, False):
            turned = separation[:: 1 if below_i else -1, :: 1 if below_j else -1]
            corner = turned.cumsum(axis=0).cumsum(axis=1)[:-1, :-1]
            a, b = np.unravel_index(int(np.argmax(np.abs(corner))), corner.shape)
            either = corner[a, b] < 0
            cut_i = edges[i, a if below_i else BINS - 2 - a]
            cut_j = edges[j, b if below_j else BINS - 2 - b]
            first = Condition(i, bool(below_i != either), float(cut_i))
            second = Condition(j, bool(below_j != either), float(cut_j))
            yield float(abs(corner[a, b])), (first, second), bool(either)
