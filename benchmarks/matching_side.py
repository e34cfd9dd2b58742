"""One side of matching.py: a matcher of patterns over documents, in a process of its own.

Usage: matching_side.py SIDE FILE, SIDE is kernel or spacy, FILE has what `matching.make` writes. Reads commands, one a line, and answers with a
line of JSON: `build` makes the matcher, `one` matches document by document, `batch` all at once (which only kernel can), `found` gives all
matches. Times are CPU seconds.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any


def library(side: str) -> tuple[Any, Any, Any, Any]:
    """Of a side: a vocabulary, and the classes Matcher, Doc and Token."""
    if side == "spacy":
        import spacy
        from spacy.matcher import Matcher
        from spacy.tokens import Doc, Token

        return spacy.blank("xx").vocab, Matcher, Doc, Token
    from kernel.matcher import Matcher

    import kernel
    from kernel.tokens import Doc, Token

    return kernel.blank("xx").vocab, Matcher, Doc, Token


def main() -> None:
    side, path = sys.argv[1:]
    given = json.loads(Path(path).read_text(encoding="utf-8"))
    vocab, matcher_class, doc_class, token_class = library(side)
    token_class.set_extension("vowels", getter=lambda token: sum(letter in "aeiou" for letter in token.text))
    token_class.set_extension("last", getter=lambda token: token.text[-1:])
    docs = [doc_class(vocab, **columns) for columns in given["docs"]]
    matcher = None
    for line in sys.stdin:
        command = line.strip()
        began = time.process_time()
        answer: Any = None
        if command == "build":
            matcher = matcher_class(vocab, validate=False)
            for key, pattern, greedy in given["patterns"]:
                matcher.add(key, [pattern], greedy=greedy)
            matcher(docs[0])
        elif command == "batch":
            matcher.batch(docs)
        else:
            answer = [matcher(doc) for doc in docs]
        seconds = time.process_time() - began
        if command == "found":
            found = [[(vocab.strings[key], start, end) for key, start, end in matches] for matches in answer]
            print(json.dumps(found), flush=True)
        else:
            print(json.dumps(seconds), flush=True)


if __name__ == "__main__":
    main()
