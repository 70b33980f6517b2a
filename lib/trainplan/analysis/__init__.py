"""What tries many plans: goal seek, draws, comparison of causes."""
