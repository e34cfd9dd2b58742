"""The base classes of components."""

import numpy as np
import pytest
import srsly
from thinc.api import Adam, Dropout, Linear, Model

from kernel.component import BatchComponent, Component, SavedFile, TrainableComponent
from kernel.errors import DataError, UsageError
from kernel.tokens import Doc
from kernel.training import Example
from kernel.vocab import Vocab


class Upper(Component):
    def __call__(self, doc):
        doc.user_data["upper"] = doc.text.upper()
        return doc


def lengths_to_scores(nO=None):
    """A model from documents to one row of scores each, from the number of their tokens."""
    linear = Linear(nO, 1)

    def forward(model, docs, is_train):
        X = np.asarray([[len(doc)] for doc in docs], dtype="f").reshape(-1, 1)
        Y, backprop = linear(X, is_train)
        return Y, backprop

    def init(model, X=None, Y=None):
        if Y is not None:
            linear.set_dim("nO", Y.shape[1])
        linear.initialize()
        model.set_dim("nO", linear.get_dim("nO"))

    return Model("lengths", forward, layers=[linear, Dropout(0.5)], dims={"nO": nO}, init=init)


class Sized(TrainableComponent):
    def set_annotations(self, docs, predictions):
        for doc, row in zip(docs, predictions, strict=True):
            doc.user_data["score"] = row.tolist()

    def get_loss(self, examples, scores):
        d_scores = scores - 1.0
        return float((d_scores**2).sum()), d_scores


@pytest.fixture
def vocab():
    return Vocab()


@pytest.fixture
def sized(vocab):
    component = Sized(vocab, lengths_to_scores(2), "sized")
    component.model.initialize()
    return component


def docs(vocab, *counts):
    return [Doc(vocab, words=["w"] * count) for count in counts]


def examples(vocab, *counts):
    return [Example(doc, doc) for doc in docs(vocab, *counts)]


def test_a_rule_component_needs_nothing_but_call(vocab):
    upper = Upper("upper")
    assert [doc.user_data["upper"] for doc in upper.pipe([Doc(vocab, words=["a"])])] == ["A "]
    assert not upper.is_trainable and upper.labels == () and upper.label_data is None
    assert upper.score([]) == {}
    assert Upper().name == "Upper"


def test_settings_of_a_rule_component_are_saved(tmp_path):
    one, other, third = Upper("u"), Upper("u"), Upper("u")
    one.cfg = {"b": [1, "ä"], "a": None}
    one.to_disk(tmp_path / "u")
    assert (tmp_path / "u" / "cfg").read_text("utf8").index('"a"') < (tmp_path / "u" / "cfg").read_text(
        "utf8"
    ).index('"b"')
    assert other.from_disk(tmp_path / "u").cfg == one.cfg
    assert third.from_bytes(one.to_bytes()).cfg == one.cfg


class Counter(Component):
    """Saves a table besides its settings; what is derived from both is made when they are read."""

    def __init__(self, name="counter"):
        super().__init__(name)
        self.table, self.read_in = b"", []

    def files(self):
        return {"table": SavedFile(lambda: self.table, self.take_table), **super().files()}

    def take_table(self, data):
        self.table = data
        self.read_in.append("table")

    def cfg_from_bytes(self, data):
        super().cfg_from_bytes(data)
        self.read_in.append("cfg")


@pytest.mark.parametrize("exclude", [(), ("cfg",), ("table",), ("cfg", "table"), ("unknown",)])
def test_files_of_a_subclass_go_to_a_directory_and_to_bytes(tmp_path, exclude):
    counter = Counter()
    counter.cfg, counter.table = {"a": 1}, b"\x00\xff"
    counter.to_disk(tmp_path / "full")
    counter.to_disk(tmp_path / "part", exclude=exclude)
    written = sorted({"cfg", "table"}.difference(exclude))
    assert sorted(path.name for path in (tmp_path / "part").iterdir()) == written
    for restore in (
        lambda each: each.from_disk(tmp_path / "full", exclude=exclude),
        lambda each: each.from_disk(tmp_path / "part", exclude=exclude),
        lambda each: each.from_bytes(counter.to_bytes(), exclude=exclude),
        lambda each: each.from_bytes(counter.to_bytes(exclude=exclude), exclude=exclude),
    ):
        other = restore(Counter())
        assert other.cfg == ({} if "cfg" in exclude else counter.cfg)
        assert other.table == (b"" if "table" in exclude else counter.table)
        assert other.read_in == [name for name in ("table", "cfg") if name not in exclude]


def test_numbers_among_the_settings_come_back_as_they_were(tmp_path):
    one = Upper("u")
    one.cfg = {"threshold": 0.3, "all": [place / 100 for place in range(100)], "third": 1 / 3, "tiny": 5e-324}
    one.to_disk(tmp_path / "u")
    assert Upper("u").from_disk(tmp_path / "u").cfg == one.cfg
    assert Upper("u").from_bytes(one.to_bytes()).cfg == one.cfg


def test_bytes_of_something_else_are_refused():
    with pytest.raises(DataError, match="not the data of component 'u'"):
        Upper("u").from_bytes(srsly.msgpack_dumps([1]))
    with pytest.raises(DataError, match="'counter' lacks 'table'"):
        Counter().from_bytes(Upper("u").to_bytes())


class Longest(BatchComponent):
    """Marks each document with the length of the longest of its batch."""

    def predict(self, docs):
        return max(map(len, docs))

    def set_annotations(self, docs, predictions):
        for doc in docs:
            doc.user_data["longest"] = predictions


def test_a_component_that_works_by_batches_sees_whole_batches(vocab):
    longest = Longest("longest")
    stream = longest.pipe(iter(docs(vocab, 3, 1, 2, 5, 4)), batch_size=2)
    assert [(len(doc), doc.user_data["longest"]) for doc in stream] == [
        (3, 3),
        (1, 3),
        (2, 5),
        (5, 5),
        (4, 4),
    ]
    (doc,) = docs(vocab, 2)
    assert longest(doc) is doc and doc.user_data["longest"] == 2
    assert list(longest.pipe([])) == [] and not longest.is_trainable


def test_a_batch_component_says_what_it_lacks(vocab):
    with pytest.raises(NotImplementedError, match="BatchComponent must define predict"):
        BatchComponent()(docs(vocab, 1)[0])


def test_pipe_and_call_agree_and_keep_the_order(sized, vocab):
    made = list(sized.pipe(iter(docs(vocab, 3, 1, 2, 5, 4)), batch_size=2))
    assert [len(doc) for doc in made] == [3, 1, 2, 5, 4]
    singles = [sized(doc).user_data["score"] for doc in docs(vocab, 3, 1, 2, 5, 4)]
    np.testing.assert_allclose([doc.user_data["score"] for doc in made], singles, rtol=1e-6)


def test_update_adds_losses_and_applies_an_optimizer_only_if_given(sized, vocab):
    before = sized.to_bytes()
    losses = sized.update(examples(vocab, 1, 2))
    assert losses["sized"] > 0
    assert sized.to_bytes() == before
    first = losses["sized"]
    sized.update(examples(vocab, 1, 2), losses=losses)
    assert losses["sized"] == pytest.approx(2 * first)
    sized.update(examples(vocab, 1, 2), sgd=Adam(0.01))
    assert sized.to_bytes() != before


def test_losses_are_plain_numbers_whatever_learn_returns(sized, vocab, monkeypatch):
    """Those of several parts are added up alike then, whoever learns from them."""
    monkeypatch.setattr(sized, "learn", lambda examples, drop: np.float32(0.1))
    losses = {}
    for _ in range(3):
        sized.update(examples(vocab, 3, 1), losses=losses)
    assert type(losses["sized"]) is float
    assert losses["sized"] == float(np.float32(0.1)) + float(np.float32(0.1)) + float(np.float32(0.1))


def test_update_sets_the_rate_of_dropout(sized, vocab):
    sized.update(examples(vocab, 1), drop=0.25)
    assert sized.model.layers[1].attrs["dropout_rate"] == 0.25


def test_a_batch_without_tokens_teaches_nothing(sized, vocab):
    skipped = []

    class Told:
        def skip(self, owner):
            skipped.append(owner)

    sized.channels = [Told()]
    assert sized.update(examples(vocab, 0, 0)) == {"sized": 0.0}
    assert skipped == ["sized"]


def test_weights_and_settings_come_back(sized, vocab, tmp_path):
    sized.cfg["labels"] = ["A", "B"]
    sized.to_disk(tmp_path / "sized")
    for restore in (lambda c: c.from_disk(tmp_path / "sized"), lambda c: c.from_bytes(sized.to_bytes())):
        other_vocab = Vocab()
        other = restore(Sized(other_vocab, lengths_to_scores(), "sized"))
        assert other.labels == ("A", "B") and "A" in list(other_vocab.strings)
        assert other(docs(other_vocab, 3)[0]).user_data == sized(docs(vocab, 3)[0]).user_data
        assert other.to_bytes() == sized.to_bytes()


def test_missing_and_damaged_data_is_named(sized, tmp_path):
    sized.to_disk(tmp_path / "sized")
    (tmp_path / "sized" / "model").unlink()
    with pytest.raises(DataError, match="'sized' lacks 'model'"):
        sized.from_disk(tmp_path / "sized")
    assert sized.from_disk(tmp_path / "sized", exclude=["model"]) is sized
    (tmp_path / "sized" / "cfg").write_text("{")
    with pytest.raises(DataError, match="'sized' are not JSON"):
        sized.from_disk(tmp_path / "sized", exclude=["model"])


def test_labels_are_added_until_the_output_is_fixed(vocab):
    component = Sized(vocab, lengths_to_scores(), "sized")
    assert component.add_label("A") == 1
    assert component.add_label("A") == 0
    assert component.label_data == ["A"]
    with pytest.raises(UsageError, match="string, not int"):
        component.add_label(3)
    with pytest.raises(UsageError, match="component 'sized': a label must not be empty"):
        component.add_label("")
    component.model.set_dim("nO", 1)
    with pytest.raises(UsageError, match="already has 1 output"):
        component.add_label("B")


def test_an_output_that_can_grow(vocab):
    grown = []
    component = Sized(vocab, lengths_to_scores(1), "sized")
    component.model.attrs["resize_output"] = lambda model, size: grown.append(size) or model
    component.cfg["labels"] = ["A"]
    assert component.is_resizable
    component.add_label("B")
    component.add_label("C")
    assert grown == []
    assert component.model is component.model
    assert grown == [3]

    def full(model, size):
        raise MemoryError

    component.model.attrs["resize_output"] = full
    component.add_label("D")
    for _ in range(2):
        with pytest.raises(MemoryError):
            assert component.model
    assert component.labels == ("A", "B", "C", "D")


def test_adding_a_label_does_not_look_at_all_others(vocab):
    component = Sized(vocab, lengths_to_scores(), "sized")

    compared = []

    class Counted(str):
        __hash__ = str.__hash__

        def __eq__(self, other):
            compared.append(other)
            return str.__eq__(self, other)

    for number in range(1000):
        component.add_label(Counted(number))
    assert len(component.labels) == 1000
    assert len(compared) < 5000


def test_labels_in_cfg_that_somebody_sets_are_known(vocab):
    component = Sized(vocab, lengths_to_scores(), "sized")
    component.add_label("A")
    mine = ["A", "B"]
    component.cfg["labels"] = mine
    assert component.add_label("B") == 0
    assert component.add_label("C") == 1
    assert component.labels == ("A", "B", "C")
    assert mine == ["A", "B"]
    component.cfg["labels"].append("D")
    assert component.add_label("D") == 0


def test_numbers_in_cfg_are_the_same_after_reading(vocab):
    numbers = [0.3, 0.7, 1 / 3, 0.1 + 0.2, 5e-324, 123456789.12345679, 2.0**53 + 1]
    component = Sized(vocab, lengths_to_scores(1), "sized")
    component.cfg["numbers"] = numbers
    other = Sized(vocab, lengths_to_scores(1), "sized")
    other.cfg_from_bytes(component.cfg_to_bytes())
    assert other.cfg["numbers"] == numbers


def test_initialize_takes_a_function_with_examples(vocab):
    component = Sized(vocab, lengths_to_scores(1), "sized")
    component.initialize(lambda: examples(vocab, 1))
    assert component.model.layers[0].has_param("W")
    with pytest.raises(UsageError, match="lambda"):
        component.initialize(examples(vocab, 1))
    with pytest.raises(DataError, match="no examples to initialize component 'sized'"):
        component.initialize(list)


def test_other_parameters_for_a_while(sized):
    linear = sized.model.layers[0]
    before = sized.to_bytes()
    for other in ((linear.id, "W"), "sized/0:W"):
        with pytest.raises(ZeroDivisionError), sized.use_params({other: linear.get_param("W") + 1}):
            assert sized.to_bytes() != before
            raise ZeroDivisionError
        assert sized.to_bytes() == before


@pytest.mark.parametrize(
    ("scorer", "told"),
    [
        (lambda examples, **settings: settings, {"threshold": 0.5, "labels": ("A", "B"), "extra": 1}),
        (
            lambda examples, labels, extra: {"labels": labels, "extra": extra},
            {"labels": ("A", "B"), "extra": 1},
        ),
    ],
)
def test_a_scorer_is_told_the_settings_that_it_takes(scorer, told):
    component = Upper()
    component.cfg = {"threshold": 0.5, "labels": ["A", "B"]}
    component.scorer = scorer
    assert component.score([], extra=1) == told


def test_a_scorer_of_examples_alone_is_told_nothing():
    component = Upper()
    component.cfg = {"threshold": 0.5}
    component.scorer = lambda examples: {"n": len(examples)}
    assert component.score([1, 2]) == {"n": 2}
    assert Upper().score([1, 2]) == {}
