"""The kinds of objectives (method.md, section 3): the one place in the model where a kind is spelt out.

base      of whom a share is taken: `group`, its head-count; `appointees`, those who are newly appointed in a year
reached   who counts: `stock`, holders, who stay until they leave or lapse; `completions`, those of the year alone;
          `sent`, everybody sent since the plan began
need      follows from `reached`: what the stock lacks when the course ends; the year's share; what is not yet sent
unit      of target and path: a `share` of the base, or `people`
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trainplan.plan.choices import OBJECTIVE_KINDS, Kind, register_kind

ATTAINMENT = register_kind(Kind("attainment", base="group", reached="stock", unit="share"))
ANNUAL = register_kind(Kind("annual", base="group", reached="completions", unit="share"))
APPOINTMENT = register_kind(Kind("appointment", base="appointees", reached="completions", unit="share"))
COUNT = register_kind(Kind("count", base="group", reached="sent", unit="people"))


def kinds_with(kind: NDArray[np.str_], attribute: str, value: str) -> NDArray[np.bool_]:
    """Which objectives, by their `kind`, have a kind whose `attribute` (base, reached or unit) is `value`."""
    names = [one.name for one in OBJECTIVE_KINDS.values() if getattr(one, attribute) == value]
    return np.isin(kind, names)


def in_people(kind: NDArray[np.str_]) -> NDArray[np.bool_]:
    """Which objectives ask for a number of people, not for a share."""
    return kinds_with(kind, "unit", "people")
