"""A knowledge base from the file that it was saved to."""

from collections.abc import Callable
from pathlib import Path

from kernel.errors import ConfigError, Problem
from kernel.vocab import Vocab
from kernel_linking.kb import InMemoryLookupKB
from kernel_linking.sources.present import check_present

_HINT = "kernel init kb ENTITIES OUTPUT makes one of a plain file."


def make_kb_from_file(kb_path: Path | None) -> Callable[[Vocab], InMemoryLookupKB]:
    """Return a function of a vocabulary that reads a knowledge base.

    kb_path: the file that `to_disk` of a knowledge base or `kernel init kb` wrote, or the folder that spaCy's wrote. null, as a new
    config has it, is to be filled in before a run.
    """
    if kb_path is None:
        raise ConfigError(
            Problem("the file of a knowledge base is needed", setting="kb_path", suggestion=_HINT)
        )
    check_present(kb_path, "kb_path", "knowledge base", _HINT)

    # The width is that of the file.
    return lambda vocab: InMemoryLookupKB(vocab, 1).from_disk(kb_path)
