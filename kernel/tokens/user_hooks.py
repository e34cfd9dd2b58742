"""What the owner of a Doc says in place of what is computed: `doc.user_hooks["vector"] = lambda doc: ...`.

A table each for the document, its spans and its tokens. The names are those of properties and methods: vector, vector_norm,
has_vector, similarity, sents (documents and spans), sent (spans and tokens), conjuncts (tokens). A hook gets the object, that
of `similarity` the other one too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Hooks = dict[str, Callable[..., Any]]


@dataclass
class OwnersSay:
    """What an owner has set; most documents have none. vector: of the document."""

    doc: Hooks = field(default_factory=dict)
    span: Hooks = field(default_factory=dict)
    token: Hooks = field(default_factory=dict)
    vector: Any = None

    def copy(self) -> OwnersSay:
        """The same, for a copy of the document."""
        return OwnersSay(dict(self.doc), dict(self.span), dict(self.token), self.vector)

    def has_hooks(self) -> bool:
        """Whether there is any hook."""
        return bool(self.doc or self.span or self.token)
