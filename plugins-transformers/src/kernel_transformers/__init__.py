"""Transformer component for kernel (registers nothing yet)."""
