"""The shapes in which log lines are stored and pasted: tables of rows with samples, and what reads a line by them."""
