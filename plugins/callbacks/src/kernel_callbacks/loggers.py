"""The console table under the names and with the arguments of the field's loggers."""

from pathlib import Path

from kernel_callbacks.console import ConsoleTable
from kernel_callbacks.progress import Mode


def console_logger_v1(progress_bar: bool = False) -> ConsoleTable:
    """The console table; progress_bar: show how far the next evaluation is."""
    return ConsoleTable("eval" if progress_bar else None, True, None)


def console_logger_v2(
    progress_bar: bool = False, console_output: bool = True, output_file: Path | None = None
) -> ConsoleTable:
    """As v1. console_output: print the table. output_file: JSON Lines file for the rows."""
    return ConsoleTable("eval" if progress_bar else None, console_output, output_file)


def console_logger_v3(
    progress_bar: Mode | None = None, console_output: bool = True, output_file: Path | None = None
) -> ConsoleTable:
    """As v2. progress_bar: "train" counts to the end of training, "eval" to the next evaluation."""
    return ConsoleTable(progress_bar, console_output, output_file)
