"""What the rulers of entities and of spans have in common: patterns with labels, and what they find."""
