"""Scores for whole texts."""
