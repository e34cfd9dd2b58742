"""French base noun phrases, told by the parse: a noun in one of some roles, with its adjective or the rest of its name behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kernel_languages.base.noun_chunks import Phrases

noun_chunks = Phrases(
    roles=frozenset((
        "nsubj", "nsubj:pass", "obj", "obl", "obl:agent", "obl:arg", "obl:mod", "nmod", "pcomp", "appos", "ROOT",
    )),
    names=frozenset(("flat", "flat:name", "flat:foreign", "fixed", "compound")),
    words=frozenset((("det", "DET"),)),
)  # fmt: skip

SYNTAX_ITERATORS: dict[str, Callable[..., Any]] = {"noun_chunks": noun_chunks}
