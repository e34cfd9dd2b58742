"""Tiny components that learn: one that publishes vectors, one that hears them; pipelines and examples for them."""

import numpy as np
from thinc.api import Linear, Model

from kernel.component import TrainableComponent
from kernel.language import Language
from kernel.listeners import Channel, Listener
from kernel.training import Example

WIDTH = 4


def per_doc(layer):
    """A layer on rows, applied to each array of a list."""

    def forward(model, arrays, is_train):
        pairs = [layer(array, is_train) for array in arrays]
        return [y for y, _ in pairs], lambda grads: [
            back(g) for (_, back), g in zip(pairs, grads, strict=True)
        ]

    def init(model, X=None, Y=None):
        layer.initialize()

    return Model("per_doc", forward, layers=[layer], init=init)


def word_lengths():
    def forward(model, docs, is_train):
        rows = [np.asarray([[len(t.text), 1, t.i, 0] for t in doc], dtype="f").reshape(-1, 4) for doc in docs]
        return rows, lambda grads: []

    return Model("word_lengths", forward)


def chained(first, second):
    def forward(model, docs, is_train):
        X, back_first = model.layers[0](docs, is_train)
        Y, back_second = model.layers[1](X, is_train)
        return Y, lambda dY: back_first(back_second(dY))

    def init(model, X=None, Y=None):
        first.initialize()
        second.initialize()

    return Model("chained", forward, layers=[first, second], init=init)


class Source(TrainableComponent):
    """Publishes a vector for each token."""

    def __init__(self, vocab, model, name):
        super().__init__(vocab, model, name)
        self.channel = Channel(name)

    def set_annotations(self, docs, predictions):
        for doc, tensor in zip(docs, predictions, strict=True):
            doc.tensor = tensor
        self.channel.give(docs, predictions)

    def update(self, examples, *, drop=0.0, sgd=None, losses=None):
        docs = [example.predicted for example in examples]
        outputs, backprop = self.model.begin_update(docs)
        losses.setdefault(self.name, 0.0)

        def receive(gradients):
            losses[self.name] += float(sum((g**2).sum() for g in gradients))
            backprop(gradients)

        self.channel.publish(docs, outputs, receive)
        return losses


class Target(TrainableComponent):
    """Learns to give every token the number in cats["y"]; documents without it teach nothing."""

    def set_annotations(self, docs, predictions):
        for doc, rows in zip(docs, predictions, strict=True):
            doc.cats[self.name] = float(rows.sum())

    def learnable(self, examples):
        return any("y" in example.reference.cats for example in examples)

    def get_loss(self, examples, scores):
        gradients = [
            rows - eg.reference.cats["y"] if "y" in eg.reference.cats else rows * 0
            for eg, rows in zip(examples, scores, strict=True)
        ]
        return float(sum((g**2).sum() for g in gradients)), gradients

    def score(self, examples, **settings):
        gaps = [abs(eg.predicted.cats[self.name] - eg.reference.cats["y"]) for eg in examples]
        return {f"{self.name}_gap": sum(gaps) / len(gaps)}


def example(nlp, text="one three eleven", **cats):
    return Example.from_dict(nlp.make_doc(text), {"cats": cats} if cats else {})


def shared(*targets):
    nlp = Language()
    nlp.add_pipe("source")
    for name in targets or ("target",):
        nlp.add_pipe("target", name=name)
    return nlp


def weights(nlp, name):
    return nlp.get_pipe(name).to_bytes()


def register():
    @Language.factory("source")
    def make_source(nlp, name: str):
        return Source(nlp.vocab, chained(word_lengths(), per_doc(Linear(WIDTH, 4))), name)

    @Language.factory("target", default_score_weights={"target_gap": 1.0})
    def make_target(nlp, name: str, upstream: str | None = "*"):
        tok2vec = Listener(WIDTH, upstream) if upstream else word_lengths()
        return Target(nlp.vocab, chained(tok2vec, per_doc(Linear(1, WIDTH))), name)

    Language.component("noop", func=lambda doc: doc)
