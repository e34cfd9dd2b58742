"""Recorded outputs: plain data in a JSON file, compared with a tolerance.

Numbers are rounded and large arrays are summed up, so that files stay small and other processors and libraries, which
add in another order, still agree.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

DIGITS = 5
RELATIVE, ABSOLUTE = 2e-3, 2e-4
SHOWN = 6
MOST = 5


def plain(value: Any) -> Any:
    """Any output as JSON can hold it; arrays as shape, sum, sum of absolute values and first numbers."""
    if isinstance(value, np.ndarray):
        return _summary(value)
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else repr(value)
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def _summary(array: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"shape": list(array.shape), "dtype": array.dtype.name}
    if array.dtype.kind == "f":
        found |= {"sum": float(array.sum(dtype="float64")), "size": float(np.abs(array).sum(dtype="float64"))}
    summary: dict[str, Any] = plain(found | {"first": array.ravel()[:SHOWN].tolist()})
    return summary


def read(file: Path) -> dict[str, Any]:
    """The recorded outputs of a file, empty if there is none."""
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}


def record(file: Path, key: str, output: Any) -> None:
    """Put one output into a file."""
    outputs = {**read(file), key: output}
    lines = [
        f"{json.dumps(name)}: {json.dumps(outputs[name], ensure_ascii=False)}" for name in sorted(outputs)
    ]
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def differences(found: Any, expected: Any) -> list[str]:
    """Where two outputs differ, the first few places."""
    return list(islice(_compare(found, expected, "output"), MOST))


def _compare(found: Any, expected: Any, where: str) -> Iterator[str]:
    if isinstance(found, dict) and isinstance(expected, dict) and found.keys() == expected.keys():
        for key in expected:
            yield from _compare(found[key], expected[key], f"{where}.{key}")
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        for place, (one, other) in enumerate(zip(found, expected, strict=True)):
            yield from _compare(one, other, f"{where}[{place}]")
    elif not _equal(found, expected):
        yield f"{where}: recorded {expected!r}, now {found!r}"


def _equal(one: Any, other: Any) -> bool:
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (one, other))
    if numbers and isinstance(other, float):
        return math.isclose(one, other, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    return bool(one == other)
