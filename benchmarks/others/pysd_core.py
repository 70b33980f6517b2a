"""The worked example in PySD's idiom: a Vensim model, translated once, run with other parameters. Prints JSON."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import pysd

MODEL = """{UTF-8}
leave rate = 0.05
	~	1
	~		|
completion rate = 0.9
	~	1
	~		|
people = 1000
	~	persons
	~		|
entry share = 0.3
	~	1
	~		|
path = 0.4 + 0.6 * (Time + 1 - 2010) / 5
	~	1
	~		|
before courses = Holders * (1 - leave rate) + leave rate * people * entry share
	~	persons
	~		|
missing = MAX(0, path * people - before courses) / completion rate
	~	persons
	~		|
idle = MAX(0, people - before courses)
	~	persons
	~		|
need = MIN(INTEGER(missing + 1 - 1e-009), INTEGER(idle + 1 - 1e-009))
	~	persons
	~		|
completing = need * completion rate
	~	persons
	~		|
Holders = INTEG(MIN(people, before courses + completing) - Holders, 400)
	~	persons
	~		|
classes = INTEGER(need / 40 + 1 - 1e-009)
	~	1
	~		|
Cost = INTEG(need * 2e+006 + classes * 5e+006, 0)
	~	VND
	~		|
INITIAL TIME = 2010
	~	Year
	~		|
FINAL TIME = 2015
	~	Year
	~		|
TIME STEP = 1
	~	Year
	~		|
SAVEPER = 1
	~	Year
	~		|
"""


def main() -> None:
    asked = json.load(sys.stdin)
    warnings.simplefilter("ignore")
    with TemporaryDirectory() as folder:
        path = Path(folder, "core.mdl")
        path.write_text(MODEL, "utf-8")
        model = pysd.read_vensim(str(path))

        def run(leave: float, completion: float) -> list[float]:
            params = {"leave rate": leave, "completion rate": completion}
            table = model.run(params=params, return_columns=["Holders", "Cost"])
            return [*table["Holders"].iloc[1:], table["Cost"].iloc[-1]]

        results = [run(*draw) for draw in asked]
        start = perf_counter()
        for draw in asked:
            run(*draw)
        print(json.dumps({"results": results, "seconds": (perf_counter() - start) / len(asked)}))


if __name__ == "__main__":
    main()
