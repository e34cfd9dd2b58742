"""What `kernel init config` writes for spancat_singlelabel."""

from typing import Any

from kernel.language import Recommendation
from kernel_components.spancat.recommended import categorizer

SOFTMAX: dict[str, Any] = {
    "@layers": "Softmax.v2",
    "nO": None,
    "nI": None,
    "init_W": None,
    "init_b": None,
    "normalize_outputs": True,
    "temperature": 1.0,
}


def spancat_singlelabel(lang: str, optimize: str, gpu: bool) -> Recommendation:
    """As spancat, with one category of a span at most."""
    return categorizer(SOFTMAX, gpu)
