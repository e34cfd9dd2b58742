"""Languages of which only the script is known."""
