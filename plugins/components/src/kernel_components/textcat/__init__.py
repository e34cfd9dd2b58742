"""The text classifiers: one category a text, or any number."""
