"""Workforce: how many officials there are, leave and join each year (method.md, section 2)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from trainplan.model.arrays import Array, Arrays, divide, fact_or_model


class Workforce(NamedTuple):
    """People by year and group; every array is (Y, G, D) but `leave_rate`, which runs on after `last`."""

    headcount: Array
    joiners: Array
    leavers: Array
    leave_rate: Array  # (Y+tail, G, D), the effective rate


def workforce(arrays: Arrays) -> Workforce:
    """Head-counts, joiners, leavers and the effective leave rate; joiners + stayers = headcount."""
    now = headcount(arrays)
    before = np.concatenate([np.broadcast_to(arrays.headcount, now[:1].shape), now[:-1]])
    rate, later = arrays.leave_rate[: arrays.years], arrays.leave_rate[arrays.years :]
    join = joiners(rate, before, now)
    rate = effective_leave_rate(rate, before, now)
    after = np.broadcast_to(later, (arrays.tail, *rate.shape[1:]))
    return Workforce(np.broadcast_to(now, join.shape), join, leavers(rate, before), np.concatenate([rate, after]))


def headcount(arrays: Arrays) -> Array:
    """N[t], (Y, G, D): the year's own head-count, else N[t−1] · (1 + growth)."""
    years = [arrays.headcount]
    for counted in arrays.counted:
        years.append(fact_or_model(counted, years[-1] * (1 + arrays.growth)))
    return np.stack(np.broadcast_arrays(*years[1:]))


def leavers(leave_rate: Array, before: Array) -> Array:
    """a[t] · N[t−1], (Y, G, D) people who leave; `before` is last year's head-count, as in the functions below."""
    return leave_rate * before


def joiners(leave_rate: Array, before: Array, now: Array) -> Array:
    """J[t] = max(0, N[t] − N[t−1] + a[t] · N[t−1]), (Y, G, D) people who join; `now` is this year's head-count."""
    return np.maximum(0.0, now - before + leavers(leave_rate, before))


def effective_leave_rate(leave_rate: Array, before: Array, now: Array) -> Array:
    """a[t], (Y, G, D): raised to 1 − N[t] / N[t−1] where a group shrinks by more than it would lose; 0 of nobody."""
    shrinks = now - before + leavers(leave_rate, before) < 0
    rate = np.where(shrinks, 1 - divide(now, before, 1.0), leave_rate) if shrinks.any() else leave_rate
    return np.where(before > 0, rate, 0.0) if (before <= 0).any() else rate
