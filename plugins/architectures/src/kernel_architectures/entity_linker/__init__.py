"""Models that encode the context of a mention."""
