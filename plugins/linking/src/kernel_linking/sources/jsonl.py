"""A knowledge base from a plain file, when a component is initialized."""

from collections.abc import Callable
from pathlib import Path

from kernel import blank
from kernel.config.ranges import PositiveInt
from kernel.errors import warn
from kernel.vocab import Vocab
from kernel_linking.kb import InMemoryLookupKB
from kernel_linking.sources.build import build
from kernel_linking.sources.present import check_present
from kernel_linking.sources.records import read_records


def make_kb_from_jsonl(
    path: Path, entity_vector_length: PositiveInt = 64
) -> Callable[[Vocab], InMemoryLookupKB]:
    """Return a function of a vocabulary that reads a knowledge base from a file of JSON lines, CSV or TSV.

    path: a line for each entity: id, freq, name, description, vector, aliases; see kernel init kb. Where the file has no vectors, they are
    the means of the word vectors of the descriptions, if the vocabulary has any, else sums of hashed words. entity_vector_length:
    the width of the latter.
    """
    check_present(path, "path", "list of entities")

    def load(vocab: Vocab) -> InMemoryLookupKB:
        records = read_records(path)
        if records.ignored:
            warn(
                f"{path}: these keys mean nothing in a file of entities: {', '.join(sorted(records.ignored))}"
            )
        nlp = blank(vocab.lang or "xx", vocab=vocab)
        return build(records, vocab, lambda texts: map(nlp.make_doc, texts), entity_vector_length).kb

    return load
