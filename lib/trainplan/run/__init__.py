"""Running notebooks and keeping what they leave."""
