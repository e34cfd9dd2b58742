"""What stands beside a document in its batch changes its vectors by rounding only, as docs/how-to/repeat-a-run.md says."""

from itertools import product

import numpy as np

import kernel

TOLERANCE = 1e-5


def test_vectors_with_other_documents() -> None:
    nlp = kernel.blank("en")
    nlp.add_pipe("tok2vec")
    nlp.initialize()
    texts = [f"Ada lived in Rome with {number} cats ." for number in range(20)]
    texts += [
        "Short",
        "A longer one , with many more words than the others have , so that all are cut anew .",
    ]
    alone = {text: nlp(text).tensor for text in texts}
    for order, size in product((texts, texts[::-1]), (3, 64)):
        for doc in nlp.pipe(order, batch_size=size):
            expected = alone[doc.text]
            assert np.abs(doc.tensor - expected).max() <= TOLERANCE * np.abs(expected).max()
        first, second = ([doc.tensor for doc in nlp.pipe(order, batch_size=size)] for _ in range(2))
        assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))
