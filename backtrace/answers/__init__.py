"""Numbers that a learner wrote, against a trace: read as written, judged, explained by a changed formula, counted."""
