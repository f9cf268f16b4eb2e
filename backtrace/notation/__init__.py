"""How quantities are spelt: profiles as data, index order; text, LaTeX, ASCII and words."""
