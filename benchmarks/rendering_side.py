"""Draws documents with one library, in a process of its own.

Usage: rendering_side.py SIDE < documents > drawings; SIDE is kernel or spacy. A line is a document in JSON, with the arguments of a Doc,
"entities" and "spans" (start, end, label; in tokens) and "direction". A line of the answer is {"dep", "ent", "span"}: the markup.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

# Without a document that is merged, so that all words are compared, and with the columns that both have.
OPTIONS: dict[str, Any] = {"collapse_punct": False, "add_lemma": True, "fine_grained": True, "distance": 175}


def library(side: str) -> tuple[Any, Any, Any, Any]:
    """blank, Doc, Span and displacy of a library."""
    if side == "kernel":
        import kernel
        from kernel import displacy
        from kernel.tokens import Doc, Span

        return kernel.blank, Doc, Span, displacy
    import spacy
    from spacy import displacy as theirs
    from spacy.tokens import Doc as TheirDoc
    from spacy.tokens import Span as TheirSpan

    return spacy.blank, TheirDoc, TheirSpan, theirs


def main() -> None:
    blank, document, span, displacy = library(sys.argv[1])
    warnings.simplefilter("ignore")
    nlp = blank("en")
    for line in sys.stdin:
        given = json.loads(line)
        doc = document(nlp.vocab, **given["columns"])
        doc.set_ents([span(doc, *entity) for entity in given["entities"]])
        doc.spans["sc"] = [span(doc, *each) for each in given["spans"]]
        drawn = {}
        for style, parse in (
            ("dep", displacy.parse_deps),
            ("ent", displacy.parse_ents),
            ("span", displacy.parse_spans),
        ):
            parsed = parse(doc, OPTIONS)
            parsed["settings"]["direction"] = given["direction"]
            drawn[style] = displacy.render(parsed, style=style, options=OPTIONS, manual=True)
        # With what is merged by default, too.
        parsed = displacy.parse_deps(doc)
        merged = {"words": [word["text"] for word in parsed["words"]], "arcs": parsed["arcs"]}
        print(json.dumps({**drawn, "merged": merged}))


if __name__ == "__main__":
    main()
