"""The year of planning: the year plan by unit."""
