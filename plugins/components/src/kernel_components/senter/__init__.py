"""The senter."""
