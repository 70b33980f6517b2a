"""The result tables of a plan."""
