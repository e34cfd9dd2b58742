"""The span finder."""
