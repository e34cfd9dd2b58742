"""The span categoriser that gives a span one category at most."""
