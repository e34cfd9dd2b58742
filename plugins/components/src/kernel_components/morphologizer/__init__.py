"""The morphologizer."""
