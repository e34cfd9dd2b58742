"""Keys under which the encoded gold of an Example is kept."""

from collections.abc import Sequence
from hashlib import blake2b


def label_key(kind: str, labels: Sequence[str], *settings: object) -> str:
    """A short key: the same for the same kind of gold, labels and settings, and different otherwise."""
    digest = blake2b(repr(settings).encode("utf8"), digest_size=16)
    for label in labels:
        data = label.encode("utf8")
        digest.update(b"%d:%s" % (len(data), data))
    return f"{kind}:{digest.hexdigest()}"
