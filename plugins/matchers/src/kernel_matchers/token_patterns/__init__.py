"""Patterns over tokens: read, compiled into one automaton for all, and run over the columns of a batch."""
