"""One side of tokenizers.py: the rules of a language over the sentences of a treebank, in a process of its own.

Usage: tokenizers_side.py SIDE LANG FILE, SIDE is kernel or spacy, FILE a list of texts as JSON. Prints a line of JSON: the offsets at which
tokens begin and end, a list a text; and CPU seconds of the first pass and of each of some later ones.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from pathlib import Path
from typing import Any

PASSES = 7


def blank(side: str, lang: str) -> Any:
    """A pipeline of a language without components."""
    if side == "spacy":
        import spacy

        return spacy.blank(lang)
    import kernel

    return kernel.blank(lang)


def main(side: str, lang: str, file: str) -> None:
    texts = json.loads(Path(file).read_text(encoding="utf8"))
    nlp = blank(side, lang)
    seconds = []
    docs: list[Any] = []
    for _ in range(1 + PASSES):
        gc.collect()
        began = time.process_time()
        # Read as users read: how many tokens there are.
        docs = list(nlp.tokenizer.pipe(texts))
        words = sum(len(doc) for doc in docs)
        seconds.append(time.process_time() - began)
    offsets = [[(token.idx, token.idx + len(token)) for token in doc if not token.is_space] for doc in docs]
    kept = sum(doc.text == text for doc, text in zip(docs, texts, strict=True))
    print(json.dumps({"offsets": offsets, "seconds": seconds, "words": words, "kept": kept}))


if __name__ == "__main__":
    main(*sys.argv[1:])
