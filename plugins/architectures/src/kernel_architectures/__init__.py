"""Model architectures for kernel: embeddings, encoders and task models."""
