"""A transformer's token vectors as what a smaller encoder learns from raw text."""
