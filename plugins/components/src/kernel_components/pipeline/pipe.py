"""What every component is: the module `kernel.pipeline.pipe`."""

from kernel.component import Component as Pipe

__all__ = ["Pipe"]
