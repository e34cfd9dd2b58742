"""Token vectors that components share."""
