"""The model of the span finder."""
