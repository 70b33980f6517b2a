"""Training plans: needs, places, money and results (`compute`, `load_plan`). Importing it registers rules and kinds."""

import trainplan.optimize.best_plan  # noqa: F401
