"""Building blocks under the names by which scripts of the field import them: this is the module `kernel.ml`."""
