"""The functions that scorers are made of, one file a kind of annotation.

Each takes settings that are none of its own as well (`cfg`), and passes them over: a scorer hands on what it is told of a
component.
"""
