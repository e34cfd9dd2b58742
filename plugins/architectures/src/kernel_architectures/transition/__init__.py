"""Scores for the actions of a transition system."""
