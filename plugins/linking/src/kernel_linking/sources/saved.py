"""A knowledge base from the file that it was saved to."""

from collections.abc import Callable
from pathlib import Path

from kernel.errors import UsageError
from kernel.vocab import Vocab
from kernel_linking.kb import InMemoryLookupKB


def make_kb_from_file(kb_path: Path | None) -> Callable[[Vocab], InMemoryLookupKB]:
    """Return a function of a vocabulary that reads a knowledge base.

    kb_path: the file that `to_disk` of a knowledge base or `kernel init kb` wrote, or the folder that spaCy's wrote. null, as a new
    config has it, is an error when the knowledge base is asked for.
    """

    def load(vocab: Vocab) -> InMemoryLookupKB:
        if kb_path is None:
            raise UsageError(
                "kernel.KBFromFile.v1 has no kb_path: the file of a knowledge base",
                hint="kernel init kb ENTITIES OUTPUT makes one of a plain file.",
            )
        # The width is that of the file.
        return InMemoryLookupKB(vocab, 1).from_disk(kb_path)

    return load
