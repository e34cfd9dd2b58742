"""`kernel runs`: a group of commands, each imported when it is called."""

from kernel.cli.lazy import LazyGroup

COMMANDS = {
    "diff": ("kernel_runs.diff:diff", "Say what differs between two runs, most suspicious first."),
    "list": ("kernel_runs.listing:list_runs", "List the runs below a directory."),
}


class Runs(LazyGroup):
    """List runs, and compare them."""


runs = Runs("runs", COMMANDS, help="List runs, and compare them.")
