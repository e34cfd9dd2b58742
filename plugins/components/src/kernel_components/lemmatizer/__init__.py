"""The lemmatizer by tables and rules."""
