"""How fast `backtrace` is, beside others: a table of ratios, and how the cost grows. `python -m benchmarks.speed`."""
