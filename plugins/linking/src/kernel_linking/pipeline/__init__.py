"""What the package lends to `kernel.pipeline`."""
