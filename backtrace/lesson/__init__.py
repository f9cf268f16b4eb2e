"""What to say and show of a trace, as plain blocks; the formats print them."""
