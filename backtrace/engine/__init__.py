"""The traced engine: the equations of an update (plan), working them (work), and what came of it (trace)."""
