"""Torch modules in models of kernel."""
