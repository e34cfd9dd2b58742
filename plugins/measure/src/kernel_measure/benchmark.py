"""`kernel benchmark`: a group of commands, each imported when it is called."""

from kernel.cli.lazy import LazyGroup

COMMANDS = {
    "accuracy": ("kernel_measure.accuracy:accuracy", "Score a pipeline, and say how sure the scores are."),
    "speed": ("kernel_measure.speed:speed", "Measure how many words a pipeline does in a second."),
}

benchmark = LazyGroup("benchmark", COMMANDS, help="Measure scores and speed, and how sure they are.")
