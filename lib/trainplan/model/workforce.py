"""Workforce: how many officials there are, leave and join each year (MODEL.md, section 2)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from trainplan.model.arrays import Array, Arrays, Mask, divide


class Workforce(NamedTuple):
    """People by year and group; every array is (Y, G, D) but `leave_rate`, which runs on after `last`."""

    headcount: Array
    joiners: Array
    leavers: Array
    leave_rate: Array  # (Y+tail, G, D), the effective rate


def workforce(plan: Arrays) -> Workforce:
    """Head-counts, joiners, leavers and the effective leave rate; joiners + stayers = headcount."""
    now = headcount(plan)
    before = np.concatenate([np.broadcast_to(plan.headcount, now[:1].shape), now[:-1]])
    rate = attrition(plan.leave_rate[: plan.years], before, now)
    leavers = rate * before
    joiners = np.where(shrinks(plan.leave_rate[: plan.years], before, now), 0.0, now - before + leavers)
    later = np.broadcast_to(plan.leave_rate[plan.years :], (plan.tail, *rate.shape[1:]))
    return Workforce(np.broadcast_to(now, rate.shape), joiners, leavers, np.concatenate([rate, later]))


def headcount(plan: Arrays) -> Array:
    """N[t] = headcount · (1 + growth)^(t − first + 1), (Y, G, D)."""
    elapsed = np.arange(1, plan.years + 1).reshape(-1, 1, 1)
    return plan.headcount * (1 + plan.growth) ** elapsed


def shrinks(rate: Array, before: Array, now: Array) -> Mask:
    """Where a group shrinks by more than it would lose, so that nobody joins."""
    return now - before + rate * before < 0


def attrition(rate: Array, before: Array, now: Array) -> Array:
    """a[t]: the leave rate, raised to 1 − N[t] / N[t−1] where a group shrinks by more than that."""
    return np.where(shrinks(rate, before, now), 1 - divide(now, before, 1.0), rate)
