"""Spans scored by their token vectors: extraction, reduction, categories."""
