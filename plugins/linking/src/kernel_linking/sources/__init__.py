"""Where knowledge bases come from: nothing, their own file, a plain file."""
