"""Labels for single tokens."""
