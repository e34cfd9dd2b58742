"""What `kernel debug data` says of sentences."""

from collections.abc import Iterable, Iterator

from kernel.component import Finding
from kernel.training import Example
from kernel_components.senter.gold import SENT_START

# With fewer sentences a document, hardly any sentence starts within a text.
FEW = 1.1


def findings(examples: Iterable[Example]) -> Iterator[Finding]:
    """How many sentences there are, and whether anything can be learned of where they start."""
    docs = [
        example.reference
        for example in examples
        if len(example.reference) and example.reference.has_annotation(SENT_START)
    ]
    if not docs:
        yield Finding("fail", "no document to train on has sentence boundaries")
        return
    sentences = sum(len(doc.sentence_borders()) - 1 for doc in docs)
    tokens = sum(map(len, docs))
    yield Finding(
        "info",
        f"{sentences:,} sentences in {len(docs):,} documents: {sentences / len(docs):.1f} a document, {tokens / sentences:.1f} "
        "tokens a sentence",
    )
    if sentences < FEW * len(docs):
        yield Finding(
            "warn",
            "most documents are a single sentence, so there is little to learn of where sentences start within a text: let "
            "documents have several (kernel convert --n-sents)",
        )
