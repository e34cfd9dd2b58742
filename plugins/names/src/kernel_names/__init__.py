"""Modules under the paths by which scripts of the field import them: `kernel.util`, `kernel.attrs` and the like."""
