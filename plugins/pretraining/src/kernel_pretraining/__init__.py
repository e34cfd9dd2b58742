"""Pretraining objectives for kernel (registers nothing yet)."""
