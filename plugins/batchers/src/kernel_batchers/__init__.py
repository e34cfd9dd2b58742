"""Batchers for kernel: by words, by padded size, by sequence."""
