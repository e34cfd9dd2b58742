"""Processes beside this one: which threads are inside calls of ours (`gate`), how workers are started (`workers`), and how
questions are given out to them (`crew`). How processes that know a key connect (`links`), and share `memory`. When this one looks for
objects that nothing leads to (`collection`)."""
