"""Which program this is: stands in every file it writes, so that a figure can be traced to what worked it out."""

PROGRAM = "0.1.0"
