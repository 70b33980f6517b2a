"""The worked example in BPTK-Py's idiom: a model of stocks, flows and converters. Prints JSON."""

from __future__ import annotations

import json
import sys
from time import perf_counter

from BPTK_Py import Model
from BPTK_Py import sd_functions as sd


def core() -> Model:
    model = Model(starttime=2010, stoptime=2015, dt=1, name="core")
    holders, cost = model.stock("holders"), model.stock("cost")
    change, spending = model.biflow("change"), model.flow("spending")
    leave, completion = model.constant("leave"), model.constant("completion")
    before, need = model.converter("before"), model.converter("need")
    missing, idle, path = model.converter("missing"), model.converter("idle"), model.converter("path")
    leave.equation, completion.equation = 0.05, 0.9
    path.equation = 0.4 + 0.6 * (sd.time() + 1.0 - 2010.0) / 5.0
    before.equation = holders * (1.0 - leave) + leave * 1000.0 * 0.3
    missing.equation = sd.max(0.0, path * 1000.0 - before) / completion
    idle.equation = sd.max(0.0, 1000.0 - before)
    need.equation = sd.min(sd.round(missing + 0.5 - 1e-9, 0), sd.round(idle + 0.5 - 1e-9, 0))
    change.equation = sd.min(1000.0, before + need * completion) - holders
    spending.equation = need * 2e6 + sd.round(need / 40.0 + 0.5 - 1e-9, 0) * 5e6
    holders.equation, cost.equation = change, spending
    holders.initial_value, cost.initial_value = 400.0, 0.0
    return model


def main() -> None:
    asked = json.load(sys.stdin)
    model = core()

    def run(leave: float, completion: float) -> list[float]:
        model.reset_cache()
        model.constant("leave").equation, model.constant("completion").equation = leave, completion
        holders = [float(model.evaluate_equation("holders", float(year))) for year in range(2011, 2016)]
        return [*holders, float(model.evaluate_equation("cost", 2015.0))]

    results = [run(*draw) for draw in asked]
    start = perf_counter()
    for draw in asked:
        run(*draw)
    print(json.dumps({"results": results, "seconds": (perf_counter() - start) / len(asked)}))


if __name__ == "__main__":
    main()
