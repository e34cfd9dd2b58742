"""That what a command writes is not written over what it reads."""

from __future__ import annotations

from pathlib import Path

from kernel.errors import UsageError
from kernel.saving.directories import find_pipeline


def check_apart(pipeline: str, output: Path) -> None:
    """`UsageError` if the output is the directory of the pipeline or lies in it: what the other form lacks would be gone."""
    source = Path(find_pipeline(pipeline)).resolve()
    if output.resolve().is_relative_to(source):
        raise UsageError(
            f"the output {output} would be written into the pipeline {pipeline} itself",
            hint="Give a directory beside it: the pipeline stays as it is.",
        )
