"""Pretraining: token vectors from raw text."""
