"""Configs of spaCy, made ours."""
