"""Label files: the labels of a component, written once and read by later runs."""

import json
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel_readers.lines import check_readable


def read_labels(path: Path, require: bool = False) -> Any:
    """The label data that a component takes when it is initialized.

    path: a JSON file. require: whether a missing file is an error; otherwise it means None, and the component
    collects its labels from the corpus.
    """
    if not require and not path.exists():
        return None
    check_readable(path)
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DataError(f"not a label file: {error}", path=path) from error
