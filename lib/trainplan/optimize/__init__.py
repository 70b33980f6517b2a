"""The best plan for the money, as a linear program."""
