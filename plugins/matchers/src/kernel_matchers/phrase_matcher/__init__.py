"""Lists of phrases, found in documents by one attribute of their tokens."""
