"""Label files: the labels of a component, written once and read by later runs."""

import json
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel_readers.lines import numbered_lines


def read_labels(path: Path, require: bool = False) -> Any:
    """The label data that a component takes when it is initialized.

    path: a JSON file. require: whether a missing file is an error; otherwise it means None, and the component
    collects its labels from the corpus.
    """
    if not require and not path.exists():
        return None
    text = "\n".join(line for _, line in numbered_lines(path))
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise DataError(f"not a label file: {error}", path=path) from error
