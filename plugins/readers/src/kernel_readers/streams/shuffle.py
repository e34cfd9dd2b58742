"""Any source with a length and numbered items as a corpus in a new order in each pass, of which nothing is held."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

import numpy as np

from kernel.errors import DataError
from kernel_readers.streams.permutation import Permutation


class Source(Protocol):
    """What has items by number, as data sets of many libraries do."""

    def __len__(self) -> int:
        """The number of items."""
        ...

    def __getitem__(self, number: int) -> Any:
        """The item of a number from 0."""
        ...


class Shuffle:
    """The items of a source, one by one, in a permutation of their numbers that is computed and not kept.

    source: has a length and numbered items, which are examples; or is a function of the pipeline that returns such.
    shuffle: whether each pass has its own order; its key is drawn from numpy's global generator.

    `state` is the place of the latest pass that was begun, and `restore` lets the next one begin there.
    """

    is_streamed = True

    def __init__(self, source: Source | Callable[[Any], Source], *, shuffle: bool = True) -> None:
        self._source, self._shuffle = source, shuffle
        self._position: dict[str, int] = {}
        self._is_restored = False

    def state(self) -> dict[str, int]:
        """Where the latest pass stands: the key of its order, the number of items, and how many were given. Empty if none runs."""
        return dict(self._position)

    def restore(self, state: dict[str, int]) -> None:
        """Let the next pass go on from a state."""
        self._position, self._is_restored = dict(state), bool(state)

    def progress(self) -> float:
        """The share of the latest pass that is done, from 0 to 1."""
        return self._position["place"] / self._position["size"] if self._position else 0.0

    def __call__(self, pipeline: Any) -> Iterator[Any]:
        """The items. DataError if there are none, or not as many as when the pass began."""
        source: Any = self._source
        if not _has_items(source):
            source = source(pipeline)
        size = len(source)
        if not size:
            raise DataError("the source has no items")
        position, is_restored = self._position, self._is_restored
        if is_restored and position["size"] != size:
            raise DataError(
                f"the source has {size:,} items, and had {position['size']:,} when the pass began",
                hint="A pass goes on in the same data only. Put them back, or start anew.",
            )
        if not is_restored:
            position = {"key": int(np.random.randint(1 << 31)), "size": size, "place": 0}
        self._position, self._is_restored = position, False
        return self._pass(source, position)

    def _pass(self, source: Source, position: dict[str, int]) -> Iterator[Any]:
        size = position["size"]
        order = Permutation(size, position["key"]) if self._shuffle else range(size)
        while position["place"] < size:
            number = order[position["place"]]
            position["place"] += 1
            yield source[number]
        # After a pass that ended, a new one begins.
        position.clear()


def _has_items(thing: Any) -> bool:
    """Whether this is a source. A class of sources is none, but makes one of a pipeline."""
    return hasattr(type(thing), "__getitem__") and hasattr(type(thing), "__len__")


def make_shuffle(source: Any, shuffle: bool = True) -> Callable[[Any], Iterable[Any]]:
    """Give the items of a source with a length and numbered items, in a new order in each epoch; nothing is held in memory.

    source: a block of your own that makes it, such as a data set of another library; its items are examples. Or it is a
    function of the pipeline that returns such a source. shuffle: whether each epoch has an order of its own. A run that was
    cut off goes on where it was.
    """
    if not _has_items(source) and not callable(source):
        raise DataError(
            f"source is an object of type {type(source).__qualname__}, which has no length and no numbered items",
            hint="Give a block whose function returns an object with __len__ and __getitem__, or a function of the pipeline that does.",
        )
    return Shuffle(source, shuffle=shuffle)
