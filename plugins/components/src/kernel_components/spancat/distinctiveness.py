"""How different the words in and beside spans are from those of the whole text.

The measure is the Kullback-Leibler divergence of the distribution of words in the spans of a label, or beside them, from that in the
corpus, after Papay, Klinger and Padó (2020), Dissecting Span Identification Tasks with Performance Prediction.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from math import log

from kernel.training import Example


def distinctiveness(examples: Sequence[Example], key: str) -> dict[str, tuple[float, float]]:
    """Label -> the divergence of the words inside of its spans, and of the two tokens beside each; 0 where there are none."""
    corpus: Counter[str] = Counter()
    inside: defaultdict[str, Counter[str]] = defaultdict(Counter)
    beside: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for example in examples:
        words = [token.lower_ for token in example.reference]
        corpus.update(words)
        for span in example.reference.spans.get(key, ()):
            inside[span.label_].update(words[span.start : span.end])
            beside[span.label_].update(
                words[max(span.start - 1, 0) : span.start] + words[span.end : span.end + 1]
            )
    return {
        label: (_divergence(inside[label], corpus), _divergence(beside[label], corpus)) for label in inside
    }


def _divergence(some: Counter[str], everything: Counter[str]) -> float:
    total, size = some.total(), everything.total()
    return sum(count / total * log(count / total * size / everything[word]) for word, count in some.items())
