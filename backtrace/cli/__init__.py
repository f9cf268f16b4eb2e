"""The command line: one file per command; the only place that catches errors, prints and exits."""
