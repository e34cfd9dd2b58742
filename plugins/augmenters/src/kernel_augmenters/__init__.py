"""Augmenters: other examples made of annotated ones, with all annotations where they belong."""
