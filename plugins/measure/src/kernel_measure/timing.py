"""The speed of a pipeline, batch by batch."""

from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.cli.progress import Progress, track
from kernel.numeric.random import stream
from kernel_measure.bootstrap import interval, ratios

RESAMPLES = 10_000


def measure(
    nlp: Any, texts: Sequence[Any], *, size: int, batches: int, warmup: int, shuffle: bool
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Words and seconds of each batch, shape (batches,). texts: or documents, of which only the words count.

    size: texts a batch. warmup: passes through all texts before. shuffle: whether each pass has an order of its own.
    """
    warming = (doc for _ in range(warmup) for doc in nlp.pipe(_fresh(texts), batch_size=size))
    for _ in track(warming, "texts to warm up", total=warmup * len(texts)):
        pass
    words, seconds, progress = [], [], Progress("batches")
    for batch in _batches(texts, size, batches, shuffle=shuffle):
        some = _fresh(batch)
        start = perf_counter()
        docs = list(nlp.pipe(some, batch_size=size))
        seconds.append(perf_counter() - start)
        words.append(sum(map(len, docs)))
        progress(len(words), batches)
    return np.array(words), np.array(seconds)


def summary(
    words: NDArray[np.int64], seconds: NDArray[np.float64], level: float
) -> tuple[float, tuple[float, float]]:
    """Words in a second of all batches together, and the interval in which `level` of resamples of the batches lie."""
    rates = ratios(words[:, None], seconds[:, None], RESAMPLES)[:, 0]
    bounds = interval(rates, level)
    assert bounds is not None
    return float(words.sum() / seconds.sum()), bounds


def outliers(rates: NDArray[np.float64]) -> tuple[int, int]:
    """How many values lie far from the middle half of them, and how many very far: 1.5 and 3 times its length off (Tukey 1977)."""
    low, high = np.quantile(rates, [0.25, 0.75])
    distance = np.maximum(low - rates, rates - high)
    far, very = distance > 1.5 * (high - low), distance > 3 * (high - low)
    return int((far & ~very).sum()), int(very.sum())


def _batches(texts: Sequence[Any], size: int, number: int, *, shuffle: bool) -> Iterator[list[Any]]:
    """So many batches, all of one size: pass after pass, each from where the one before ended."""
    queue: list[Any] = []
    epoch = 0
    for _ in range(number):
        while len(queue) < size:
            order = (
                stream(0, "benchmark", epoch).permutation(len(texts)) if shuffle else np.arange(len(texts))
            )
            queue += [texts[place] for place in order.tolist()]
            epoch += 1
        yield queue[:size]
        del queue[:size]


def _fresh(texts: Sequence[Any]) -> list[Any]:
    """Documents as if nothing had annotated them."""
    return [text if isinstance(text, str) else _bare(text) for text in texts]


def _bare(doc: Any) -> Any:
    made = type(doc)(doc.vocab, words=doc.words(), spaces=doc.spaces.tolist())
    made.has_unknown_spaces = doc.has_unknown_spaces
    return made
