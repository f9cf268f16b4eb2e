"""Is the trace right? sympy and central differences as judges; their results are plain data. The only door to sympy."""
