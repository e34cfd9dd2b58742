"""The actions of the transition system."""

SHIFT, REDUCE, LEFT, RIGHT, BREAK = range(5)
