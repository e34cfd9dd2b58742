"""The lemmatizer that learns edit trees."""
