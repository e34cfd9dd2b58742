"""What this is: the module `kernel.about`."""

from kernel import __version__

__title__ = "kernel"
__all__ = ["__title__", "__version__"]
