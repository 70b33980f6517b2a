"""Whole people: how many a sum of money pays for, and how a whole is shared, against counting them one by one."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from trainplan.model.capacity import largest_remainder
from trainplan.model.funding import affordable_people

quick = settings(max_examples=300, deadline=None, derandomize=True)


@quick
@given(
    st.integers(0, 4000),
    st.integers(0, 30),
    st.integers(0, 200),
    st.sampled_from([1, 7, 12.5, 40, math.inf]),
    st.integers(0, 60),
)
def test_money_pays_for_as_many_as_counting_says(money: int, unit: int, opening: int, size: float, taken: int) -> None:
    opening = 0 if math.isinf(size) else opening

    def classes(people: int) -> int:
        return 0 if math.isinf(size) else math.ceil(people / size)

    def costs(people: int) -> float:
        return people * unit + (classes(taken + people) - classes(taken)) * opening

    found = affordable_people(*(np.array([float(value)]) for value in (money, unit, opening, size, taken)))[0]
    if unit + opening == 0:
        assert math.isinf(found)
    elif unit == 0:
        assert costs(int(found)) <= money < costs(int(found) + 1)
    else:
        assert found == max(people for people in range(money // unit + 1) if costs(people) <= money)


def test_money_without_a_limit_pays_for_everybody() -> None:
    money, unit = np.array([np.inf, 100.0, np.inf]), np.array([10.0, 10.0, 0.0])
    found = affordable_people(money, unit, np.array([5.0]), np.array([20.0]))
    assert list(found) == [np.inf, 9, np.inf]


@quick
@given(st.lists(st.integers(0, 50), min_size=1, max_size=7), st.floats(0, 1))
def test_a_whole_is_shared_by_largest_remainder(weights: list[int], part: float) -> None:
    whole = math.floor(part * sum(weights))
    found = largest_remainder(np.array(weights, float)[:, None], np.array([float(whole)]))[:, 0]
    ideal = [w * whole / sum(weights) if sum(weights) else 0.0 for w in weights]
    floors = [math.floor(v + 1e-9) for v in ideal]
    order = sorted(range(len(weights)), key=lambda i: (-round(ideal[i] - floors[i], 9), i))
    for i in order[: whole - sum(floors)]:
        floors[i] += 1
    assert list(found) == floors
