"""The functions that scorers are made of, one file a kind of annotation.

Each takes any other settings too, without effect: a scorer hands on what it is given of its component.
"""
