"""What `kernel debug data` says of links."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

from kernel.component import Finding
from kernel.tokens import Span
from kernel.training import Example
from kernel.vocab import attrs
from kernel_linking.entity_linker.choose import NIL
from kernel_linking.kb import KnowledgeBase


class Linker(Protocol):
    """What is asked of the component."""

    kb: KnowledgeBase
    get_candidates: Callable[..., Iterable[Any]]
    incl_context: Any

    def known(self, ids: Sequence[str]) -> list[bool]: ...


def findings(linker: Linker, train: Sequence[Example], dev: Sequence[Example]) -> Iterator[Finding]:
    """Of the knowledge base, and of the links to train on and to evaluate on."""
    if linker.kb.is_empty():
        yield Finding("fail", "the knowledge base is empty: kb_loader in [initialize.components] gives one")
        return
    for examples, part in ((train, "to train on"), (dev, "to evaluate on")):
        yield from _part(linker, examples, part)


def _part(linker: Linker, examples: Sequence[Example], part: str) -> Iterator[Finding]:
    spans = [span for example in examples for span in example.reference.ents]
    linked = [span for span in spans if span.kb_id_ and span.kb_id_ != NIL]
    if not linked:
        yield Finding("fail", f"no entity {part} has a link (kb_id)")
        return
    if len(linked) < len(spans):
        yield Finding("info", f"{len(spans) - len(linked):,} of {len(spans):,} entities {part} have no link")
    ids = sorted({span.kb_id_ for span in linked})
    known = {kb_id for kb_id, is_known in zip(ids, linker.known(ids), strict=True) if is_known}
    lacking = Counter(span.kb_id_ for span in linked if span.kb_id_ not in known)
    if lacking:
        text = f"{lacking.total():,} links {part} are to {len(lacking):,} entities that the knowledge base lacks: they can't be learnt or found"
        yield Finding("warn", text, tuple(f"{kb_id} {count}" for kb_id, count in lacking.most_common()))
    yield from _candidates(linker, [span for span in linked if span.kb_id_ in known], part)
    without = [
        example
        for example in examples
        if any(span.kb_id_ for span in example.reference.ents)
        and attrs.SENT_START not in example.reference.columns
        and attrs.SENT_START not in example.predicted.columns
    ]
    if without and linker.incl_context:
        text = (
            f"{len(without):,} documents {part} have links and no sentences: each is one context, unless a component before the linker sets "
            "sentences, in training too (annotating_components)"
        )
        yield Finding("info", text)


def _candidates(linker: Linker, linked: Sequence[Span], part: str) -> Iterator[Finding]:
    by_text: dict[str, set[str]] = {}
    none: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    ambiguous = 0
    for span in linked:
        text = span.text
        if text not in by_text:
            by_text[text] = {candidate.entity_ for candidate in linker.get_candidates(linker.kb, span)}
        found = by_text[text]
        ambiguous += len(found) > 1
        if not found:
            none[text] += 1
        elif span.kb_id_ not in found:
            wrong[f"{text!r} {span.kb_id_}"] += 1
    total = len(linked)
    if none:
        items = tuple(f"{text!r} {count}" for text, count in none.most_common())
        yield Finding(
            "warn",
            f"{none.total():,} of {total:,} linked entities {part} have no candidates: no alias has their text",
            items,
        )
    if wrong:
        items = tuple(f"{text} {count}" for text, count in wrong.most_common())
        yield Finding(
            "warn",
            f"{wrong.total():,} of {total:,} linked entities {part} have candidates, but the right one is not among them",
            items,
        )
    if linked:
        text = f"{ambiguous:,} of {total:,} linked entities {part} have several candidates"
        yield Finding("info", text) if ambiguous else Finding("warn", f"{text}: there is nothing to choose")
