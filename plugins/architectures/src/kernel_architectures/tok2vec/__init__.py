"""Token vectors: embeddings, encoders, both put together, and the listener that stands for a shared model."""
