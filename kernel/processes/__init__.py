"""Processes beside this one: which threads are inside calls of ours (`gate`), how workers are started (`workers`), and how
questions are given out to them (`crew`)."""
