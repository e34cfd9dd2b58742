"""A component that notes its value in documents, and with how many of them it was called."""

from collections.abc import Iterable

from kernel.component import Component
from kernel.tokens import Doc


class Mark(Component):
    def __init__(self, name: str, value: str, times: int) -> None:
        super().__init__(name)
        self.cfg = {"value": value, "times": times}
        self.batches: list[int] = []

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128):
        docs = list(stream)
        self.batches.append(len(docs))
        for doc in docs:
            yield self(doc)

    def __call__(self, doc: Doc) -> Doc:
        doc.user_data[self.name] = self.cfg["value"] * self.cfg["times"]
        return doc
