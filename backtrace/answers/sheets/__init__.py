"""Reading sheets: from YAML, lines, tables, words and traces to figures by quantity, entry, update and sample."""
