"""What was `gold` and is `kernel.training` now: the module `kernel.gold`, for scripts of old. Each name says where it went."""

from importlib import import_module
from typing import Any

from kernel.errors import warn
from kernel.registries.modules import absent

# A package for Python, though nothing lies in it: `absent` says why.
__path__: list[str] = []

# Old name -> its name in kernel.training, or in the module before the dot.
_MOVED = {
    "Example": "Example",
    "biluo_tags_from_offsets": "offsets_to_biluo_tags",
    "offsets_from_biluo_tags": "biluo_tags_to_offsets",
    "spans_from_biluo_tags": "biluo_tags_to_spans",
    "iob_to_biluo": "iob_to_biluo",
    "biluo_to_iob": "biluo_to_iob",
    "Corpus": "Corpus",
    "Alignment": "Alignment",
}
_GONE = {
    "GoldParse": "make an example: Example.from_dict(nlp.make_doc(text), annotations), with Example from kernel.training",
    "GoldCorpus": "read a corpus: Corpus(path)(nlp), with Corpus from kernel.training",
    "docs_to_json": "write doc.to_json(), or a DocBin of kernel.tokens",
    "align": "take example.alignment, or Alignment.from_strings(a, b), with Alignment from kernel.training",
    "minibatch": "import minibatch from kernel.util",
}


def __getattr__(name: str) -> Any:
    if name in _MOVED:
        found = getattr(import_module("kernel.training"), _MOVED[name])
        warn(f"kernel.gold.{name} is kernel.training.{_MOVED[name]} now")
        return found
    if name in _GONE:
        raise absent("kernel.gold", name, f"kernel.gold.{name} is gone: {_GONE[name]}")
    raise AttributeError(f"module 'kernel.gold' has no attribute {name!r}; look in kernel.training")
