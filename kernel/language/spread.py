"""Documents annotated by several processes that have the same pipeline, each some of the batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from kernel.errors import held, tell
from kernel.language import parcels
from kernel.training.messages import joined, read, split, written

if TYPE_CHECKING:
    from kernel.language.components import ComponentList
    from kernel.tokens import Doc
    from kernel.training.team import Team


def pipe(
    nlp: ComponentList,
    team: Team,
    batch_size: int,
    run: Callable[[Iterable[Doc]], Iterable[Doc]],
    docs: Iterable[Doc],
) -> list[Doc] | None:
    """All documents, annotated, in their order, for the first member of the team; None for the others.

    run: annotates documents here. Every member calls this with the same documents, which are cut into batches for all of them.
    """
    whole = list(docs)
    size = max(1, min(batch_size, -(-len(whole) // team.count)))
    batches = [whole[at : at + size] for at in range(0, len(whole), size)]
    done: dict[int, list[Doc]] = {}
    said: dict[int, Any] = {}
    for number, batch in enumerate(batches):
        if team.owns(number):
            with held() as said[number]:
                done[number] = list(run(batch))
    every = team.gather(b"" if team.is_first else joined([written(said), parcels.pack(nlp, done)]))
    if not team.is_first:
        return None
    for data in every[1:]:
        told, annotated = split(data)
        said |= read(told)
        done |= parcels.unpack(nlp, annotated)
    for number in range(len(batches)):
        # In the order in which one process would have told it.
        tell(said[number])
    return [doc for number in range(len(batches)) for doc in done[number]]
