"""The token splitter."""
