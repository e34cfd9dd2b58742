"""Sentences with trees, and parsers that have learned them."""

import numpy as np

import kernel
from kernel.numeric.random import scope
from kernel.tokens import Doc
from kernel.training import Example

CNN = {
    "@architectures": "kernel.HashEmbedCNN.v2",
    "pretrained_vectors": None,
    "width": 16,
    "depth": 1,
    "embed_size": 100,
    "window_size": 1,
    "maxout_pieces": 2,
    "subword_features": True,
}
MODEL = {
    "@architectures": "kernel.TransitionBasedParser.v2",
    "tok2vec": CNN,
    "state_type": "parser",
    "extra_state_tokens": False,
    "hidden_width": 16,
    "maxout_pieces": 2,
    "use_upper": True,
}
# Words, heads, labels. The arcs of the second one cross: "about" hangs on "talk".
DATA = [
    ("She gave him a book . They read it", [1, 1, 1, 4, 1, 1, 7, 7, 7],
     "nsubj root iobj det obj punct nsubj root obj"),
    ("A talk was given about dogs today", [1, 3, 3, 3, 1, 4, 3], "det nsubj aux root nmod obj advmod"),
    ("Run", [0], "root"),
    ("Old dogs and cats sleep", [1, 4, 3, 1, 4], "amod nsubj cc conj root"),
]  # fmt: skip


def words_of(nlp, text):
    return Doc(nlp.vocab, words=text.split(" "))


def make_examples(nlp, data=DATA):
    examples = []
    for text, heads, deps in data:
        words = text.split(" ")
        reference = Doc(nlp.vocab, words, heads=heads, deps=deps.split() if deps else None)
        examples.append(Example(Doc(nlp.vocab, words), reference))
    return examples


def make_parser(data=DATA, *, initialize=True, labels=None, model=MODEL, **settings):
    nlp = kernel.blank("xx")
    parser = nlp.add_pipe("parser", config={"model": model, "min_action_freq": 0, **settings})
    examples = make_examples(nlp, data)
    if initialize:
        np.random.seed(0)
        with scope(seed=0):
            parser.initialize(lambda: examples, nlp=nlp, labels=labels)
    return nlp, parser, examples


def train(nlp, examples, steps=60):
    optimizer = nlp.create_optimizer()
    optimizer.learn_rate = 0.01
    losses = {}
    for step in range(steps):
        with scope(seed=0, step=step):
            losses = nlp.update(examples, sgd=optimizer, losses={})
    return losses


def tree(doc):
    """Heads and labels of a document."""
    return [(token.head.i, token.dep_) for token in doc]


def gold(example):
    return [(head, "ROOT" if dep == "root" else dep) for head, dep in tree(example.reference)]
