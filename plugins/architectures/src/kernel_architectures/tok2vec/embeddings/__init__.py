"""Embeddings: from word forms to vectors."""
