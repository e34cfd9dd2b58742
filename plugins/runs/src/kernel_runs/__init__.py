"""Runs on disk: what they went by, what came of them, and what differs between two of them."""
