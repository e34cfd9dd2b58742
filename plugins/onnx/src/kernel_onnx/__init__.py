"""Transformers in onnxruntime, which comes with an extra; nothing of it is imported before it is used."""
