"""Transformers for kernel: Hugging Face models as a component that others listen to."""
