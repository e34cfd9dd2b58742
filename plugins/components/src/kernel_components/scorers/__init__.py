"""Functions that score what components predict, one file a kind of annotation."""
