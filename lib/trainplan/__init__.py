"""Training plans: what a decision asks for, what there are places and money for, and what comes of it."""

# Modules that register rules and kinds: see plan/choices.py
REGISTERING = ("trainplan.model.kinds", "trainplan.model.funding", "trainplan.optimize.best_plan")
