"""What every component that learns is: the module `kernel.pipeline.trainable_pipe`."""

from kernel.component import TrainableComponent as TrainablePipe

__all__ = ["TrainablePipe"]
