"""The cleaner: what takes much memory, and is not needed any more, is taken from documents."""

from typing import Any

import numpy as np

from kernel.component import Component
from kernel.errors import warn
from kernel.language import Language
from kernel.tokens import Doc

TENSOR = "tensor"


@Language.factory("doc_cleaner", default_config={"attrs": {TENSOR: None, "_.trf_data": None}, "silent": True})
def make_doc_cleaner(nlp: Language, name: str, *, attrs: dict[str, Any], silent: bool) -> "DocCleaner":
    """Takes what needs much memory, and is not needed any more, from documents.

    attrs: attributes of documents, such as "tensor" or "_.trf_data", and what they are set to. silent: say nothing of attributes that
    a document doesn't have.
    """
    return DocCleaner(attrs, name, silent=silent)


class DocCleaner(Component):
    """Sets attributes of documents to fixed values, usually None. A tensor of None is that of a document that has none."""

    def __init__(self, attrs: dict[str, Any], name: str = "doc_cleaner", *, silent: bool = True) -> None:
        super().__init__(name)
        self.cfg.update(attrs=attrs, silent=silent)

    def __call__(self, doc: Doc) -> Doc:
        for path, value in self.cfg["attrs"].items():
            *owners, attr = path.split(".")
            owner: Any = doc
            for each in owners:
                owner = getattr(owner, each, None)
            if owner is not None and hasattr(owner, attr):
                setattr(owner, attr, _empty() if owner is doc and attr == TENSOR and value is None else value)
            elif not self.cfg["silent"]:
                warn(
                    f"component '{self.name}': documents have no attribute '{path}', which is to be set to {value!r}"
                )
        return doc


def _empty() -> Any:
    return np.zeros(0, dtype=np.float32)
