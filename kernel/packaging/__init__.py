"""Saved pipelines as installable packages: `kernel package`."""
