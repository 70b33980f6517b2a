"""How many targets a plan meets under a list of yearly ceilings, and the least amount that meets what money can.

python workbook.py python examples/many_budgets.py [PLAN] [BILLION …]
"""

import sys

import pandas as pd

from trainplan import compute, goal_seek, load_plan

BILLION = 1e9


def targets_by_ceiling(plan: str, ceilings: list[float]) -> pd.DataFrame:
    """A row a target and a column a yearly ceiling in billion VND: its verdict when due, under the plan's own rule."""
    verdicts, years = {}, load_plan(plan).years
    for billions in ceilings:
        changes = {f"ceilings.{year}/total.ceiling_vnd": billions * BILLION for year in years}
        results = compute(load_plan(plan, overrides=changes))
        verdicts[f"{billions:g}"] = results["verdicts"].set_index("objective")["verdict"]
    return pd.DataFrame(verdicts)


if __name__ == "__main__":
    name, *amounts = sys.argv[1:] or ["an_giang_2011_2015", "12", "15", "18"]
    print(targets_by_ceiling(name, [float(amount) for amount in amounts]).to_string())
    print(f"The goal: {goal_seek(load_plan(name)).amount_vnd / BILLION:.3f} billion VND a year")
