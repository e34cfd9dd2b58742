"""The functions that scorers are made of, one file a kind of annotation."""
