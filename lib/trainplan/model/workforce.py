"""Workforce: how many officials there are, leave and join each year (method.md, section 2)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from trainplan.model.arrays import Array, Arrays, divide


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
    leavers = rate * before
    joiners = now - before + leavers
    shrinks = joiners < 0  # by more than it would lose: nobody joins, and the leave rate rises to 1 − N[t] / N[t−1]
    if shrinks.any():
        rate = np.where(shrinks, 1 - divide(now, before, 1.0), rate)
        leavers, joiners = rate * before, np.where(shrinks, 0.0, joiners)
    after = np.broadcast_to(later, (arrays.tail, *rate.shape[1:]))
    return Workforce(np.broadcast_to(now, joiners.shape), joiners, leavers, np.concatenate([rate, after]))


def headcount(arrays: Arrays) -> Array:
    """N[t] = headcount · (1 + growth)^(t − first + 1), (Y, G, D)."""
    elapsed = np.arange(1, arrays.years + 1).reshape(-1, 1, 1)
    return arrays.headcount * (1 + arrays.growth) ** elapsed
