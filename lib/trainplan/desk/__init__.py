"""The planner's desk: levers from the plan file, the answer redrawn as they move. Imports whatever it shows."""
