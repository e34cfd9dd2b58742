"""Where user data of tokens and spans lies after words have changed: its keys are characters."""

from typing import Any

from numpy.typing import NDArray

from kernel.tokens import Doc


def moved_user_data(old: Doc, new: Doc, starts: NDArray[Any], ends: NDArray[Any]) -> dict[Any, Any]:
    """The user data of a document under the keys of another one. Of tokens that are gone there is none.

    starts, ends: for each token of `old`, its place in `new` and the place after it; -1 for one that is gone.
    """
    if not old.user_data:
        return {}
    borders = old.offsets()
    first = {int(borders[token]): token for token in range(len(old))}
    last = {int(borders[token + 1] - old.spaces[token]): token for token in range(len(old))}
    found = {}
    for key, value in old.user_data.items():
        if not (isinstance(key, tuple) and len(key) == 4 and key[0] == "._." and key[2] is not None):
            found[key] = value
            continue
        _, name, start, end = key
        token, until = first.get(start), first.get(start) if end is None else last.get(end)
        if token is None or until is None or starts[token] < 0 or ends[until] < 0:
            continue
        place = int(new.offsets()[starts[token]])
        after = int(ends[until])
        stop = None if end is None else int(new.offsets()[after] - new.spaces[after - 1])
        found["._.", name, place, stop] = value
    return found
