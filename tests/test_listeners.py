"""Channels between a source of embeddings and its listeners."""

import copy
import itertools
from weakref import ref

import numpy as np
import pytest
from thinc.api import Model

from kernel.errors import KernelError
from kernel.listeners import Channel, Listener, find_listeners, shape_inference, take_width, width_heard
from kernel.numeric.random import scope


class FakeDoc:
    def __init__(self, length, tensor=None):
        self.length = length
        self.tensor = np.zeros((0,), "float32") if tensor is None else tensor

    def __len__(self):
        return self.length


class Source:
    """Publishes ones and keeps the gradients that come back."""

    def __init__(self, *owners, **factors):
        self.channel = Channel("tok2vec")
        self.nodes = {owner: Listener(4, grad_factor=factors.get(owner, 1.0)) for owner in owners}
        for owner, node in self.nodes.items():
            self.channel.add(node, owner)
        self.calls = []

    def publish(self, docs):
        outputs = [np.full((len(doc), 4), i + 1, "float32") for i, doc in enumerate(docs)]
        self.channel.publish(docs, outputs, self.calls.append)
        return outputs

    def answer(self, owner, docs, value=1.0):
        outputs, backprop = self.nodes[owner].begin_update(docs)
        assert backprop([np.full_like(each, value) for each in outputs]) == []
        return outputs


DOCS = [FakeDoc(2), FakeDoc(0), FakeDoc(3)]


def test_listeners_share_one_output_and_the_source_learns_once_from_all():
    source = Source("ner", "tagger")
    outputs = source.publish(DOCS)
    assert source.answer("ner", DOCS, 1.0)[0] is outputs[0]
    assert not source.calls and source.channel.is_open
    source.answer("tagger", DOCS, 2.0)
    assert len(source.calls) == 1 and not source.channel.is_open
    for gradient, doc in zip(source.calls[0], DOCS, strict=True):
        np.testing.assert_array_equal(gradient, np.full((len(doc), 4), 3.0))
    source.channel.close()


def test_a_listeners_gradient_array_is_never_written_to():
    source = Source("ner", "tagger")
    source.publish(DOCS)
    mine = [np.ones((len(doc), 4), "float32") for doc in DOCS]
    source.nodes["ner"].begin_update(DOCS)[1](mine)
    source.answer("tagger", DOCS)
    assert all((each == 1).all() for each in mine)


def test_who_skips_is_not_waited_for():
    source = Source("ner", "tagger")
    source.publish(DOCS)
    source.channel.skip("tagger")
    source.answer("ner", DOCS)
    assert len(source.calls) == 1
    source.publish(DOCS)
    source.answer("ner", DOCS)
    source.channel.skip("tagger")
    assert len(source.calls) == 2
    source.channel.close()


def test_without_any_answer_there_is_no_backward_pass():
    source = Source("ner", "tagger")
    source.publish(DOCS)
    source.channel.skip("ner")
    source.channel.skip("tagger")
    source.channel.close()
    assert not source.calls
    alone = Source()
    alone.publish(DOCS)
    alone.channel.close()
    assert not alone.calls


@pytest.mark.parametrize("end", [lambda s: s.channel.close(), lambda s: s.publish(DOCS)])
def test_silence_is_an_error_that_names_who_is_silent(end):
    source = Source("ner", "tagger")
    source.publish(DOCS)
    source.answer("ner", DOCS)
    with pytest.raises(KernelError, match="'tagger'"):
        end(source)
    assert not source.calls
    source.publish(DOCS)


def test_reset_forgets_an_unfinished_batch():
    source = Source("ner")
    source.publish(DOCS)
    source.channel.reset()
    source.publish(DOCS)
    source.answer("ner", DOCS)
    assert len(source.calls) == 1


def test_a_component_with_two_listeners_answers_twice():
    source = Source("ner")
    second = Listener(4)
    source.channel.add(second, "ner")
    source.publish(DOCS)
    source.answer("ner", DOCS)
    assert not source.calls
    outputs, backprop = second.begin_update(DOCS)
    backprop([each * 0 + 2 for each in outputs])
    assert source.calls[0][0][0, 0] == 3
    assert source.channel.owners == ["ner"]


def test_a_listener_may_learn_from_some_of_the_documents():
    source = Source("ner")
    source.publish(DOCS)
    source.answer("ner", [DOCS[2]])
    (gradients,) = source.calls
    assert gradients[0] is None
    np.testing.assert_array_equal(gradients[2], np.ones((3, 4)))


def test_other_documents_than_the_published_ones_are_an_error():
    source = Source("ner")
    source.publish(DOCS)
    with pytest.raises(KernelError, match="did not embed"):
        source.nodes["ner"].begin_update([FakeDoc(2)])


def test_a_gradient_after_the_end_of_the_batch_is_an_error():
    source = Source("ner")
    source.publish(DOCS)
    outputs, backprop = source.nodes["ner"].begin_update(DOCS)
    backprop(outputs)
    with pytest.raises(KernelError, match="already closed"):
        backprop(outputs)


@pytest.mark.parametrize("end", [lambda channel: channel.reset(), lambda channel: channel.skip("ner")])
def test_a_gradient_of_an_earlier_batch_never_enters_a_later_one(end):
    source = Source("ner")
    source.publish(DOCS)
    outputs, late = source.nodes["ner"].begin_update(DOCS)
    end(source.channel)
    source.publish(DOCS)
    with pytest.raises(
        KernelError, match="'ner' sent 'tok2vec' a gradient for a batch that is already closed"
    ):
        late([each + 100 for each in outputs])
    assert source.channel.is_open and not source.calls
    source.answer("ner", DOCS, 2.0)
    assert all((gradient == 2.0).all() for gradient in source.calls[0])


@pytest.mark.parametrize(
    ("factor", "expected"),
    [
        (0.5, [0.5, 0.5, 0.5]),
        (0, [0, 0, 0]),
        ([1.0, 0.25], [1.0, 0.25, 0.25]),
        (lambda step: step * 2.0, [0.0, 2.0, 4.0]),
        ("iterator", [1.0, 2.0, 3.0]),
    ],
)
def test_grad_factor_is_a_number_or_a_schedule(factor, expected):
    source = Source("ner", ner=itertools.count(1.0) if factor == "iterator" else factor)
    for _ in expected:
        source.publish(DOCS)
        source.answer("ner", DOCS)
    # With a factor of 0 there is no backward pass at all.
    assert [float(call[0][0, 0]) for call in source.calls] == [each for each in expected if each]


def test_schedules_follow_the_step_of_the_run_and_not_the_shards():
    source = Source("ner", ner=iter([1.0, 2.0]))
    for step, shard in [(0, 0), (0, 1), (1, 0), (5, 0)]:
        with scope(seed=0, step=step, shard=shard):
            source.publish(DOCS)
            source.answer("ner", DOCS)
    assert [float(call[0][0, 0]) for call in source.calls] == [1.0, 1.0, 2.0, 2.0]


def test_a_second_training_begins_with_the_first_value_of_a_schedule():
    source = Source("ner", ner=iter([1.0, 2.0, 3.0]))
    for step in [0, 1, 2, 0, 1]:
        with scope(seed=0, step=step):
            source.publish(DOCS)
            source.answer("ner", DOCS)
    assert [float(call[0][0, 0]) for call in source.calls] == [1.0, 2.0, 3.0, 1.0, 2.0]


ONES = np.ones((2, 4), "float32")


def test_prediction_gets_what_the_source_gave_for_each_document():
    source, other = Source("ner"), Source("tagger")
    docs = [FakeDoc(2), FakeDoc(0)]
    source.channel.give(docs, [ONES, ONES[:0]])
    other.channel.give(docs, [ONES * 2, ONES[:0]])
    first, second = source.nodes["ner"].predict(docs)
    assert first is ONES and second.shape == (0, 4)
    assert other.nodes["tagger"].predict(docs)[0].max() == 2


def test_training_on_a_frozen_source_gets_what_it_gave_and_sends_nothing():
    source = Source("ner")
    docs = [FakeDoc(2)]
    source.channel.give(docs, [ONES])
    outputs, backprop = source.nodes["ner"].begin_update(docs)
    assert outputs[0] is ONES
    assert backprop(outputs) == [] and not source.calls


def test_what_was_given_lives_as_long_as_the_document_and_when_let_go_as_long_as_its_tensor():
    source = Source("ner")
    doc, brief = FakeDoc(2, np.ones((2, 4), "float32")), FakeDoc(2)
    source.channel.give([doc, brief], [doc.tensor, np.ones((2, 4), "float32")])
    assert source.channel.given(brief) is not None
    source.channel.let_go([doc, brief])
    assert source.channel.given(doc) is doc.tensor and source.channel.given(brief) is None
    doc.tensor = None
    assert source.channel.given(doc) is None
    given = ref(brief)
    del brief
    assert given() is None


def test_a_copy_is_known_when_its_original_is():
    source = Source("ner")
    doc, known, longer = FakeDoc(2), FakeDoc(2), FakeDoc(3)
    source.channel.give([doc], [ONES])
    for successor in (known, longer):
        source.channel.carry(doc, successor)
    assert source.nodes["ner"].predict([known])[0] is ONES
    with pytest.raises(KernelError, match="when it had 2 tokens"):
        source.nodes["ner"].predict([longer])


@pytest.mark.parametrize("is_train", [False, True])
def test_a_tensor_of_unknown_origin_is_not_read(is_train):
    source = Source("ner")
    with pytest.raises(KernelError, match="'ner' listens to 'tok2vec', which has not run"):
        source.nodes["ner"]([FakeDoc(2, ONES)], is_train)
    with pytest.raises(KernelError, match="no source is connected"):
        Listener(4)([FakeDoc(2, ONES)], is_train)


@pytest.mark.parametrize("is_train", [False, True])
def test_a_source_that_has_not_run_is_an_error_and_never_zeros(is_train):
    source = Source("ner", "tagger")
    with pytest.raises(KernelError, match="'ner' listens to 'tok2vec', which has not run") as caught:
        source.nodes["ner"](DOCS, is_train)
    assert "must come before ner, tagger" in str(caught.value)
    with pytest.raises(KernelError, match="not connected"):
        Listener(4, upstream="transformer")(DOCS, is_train)


def test_placeholders_only_while_shapes_are_inferred():
    node = Source("ner").nodes["ner"]
    with shape_inference():
        assert [each.shape for each in node.predict(DOCS)] == [(2, 4), (0, 4), (3, 4)]
    with pytest.raises(KernelError):
        node.predict(DOCS)


def test_a_wrong_width_is_an_error():
    source, docs = Source("ner"), [FakeDoc(2)]
    source.channel.give(docs, [np.ones((2, 5), "float32")])
    with pytest.raises(KernelError, match="width 4, but 'tok2vec' gives 5"):
        source.nodes["ner"].predict(docs)


def test_copied_models_listen_to_nothing():
    source = Source("ner")
    copied = source.nodes["ner"].copy()
    state = copied.attrs["listener"]
    assert state.channel is None and state.matches(Channel("anything"))
    assert copy.deepcopy(state) is not state
    source.publish(DOCS)
    with pytest.raises(KernelError):
        copied.begin_update(DOCS)


def test_cleared_channels_are_disconnected():
    source = Source("ner")
    source.channel.clear()
    assert source.channel.owners == []
    assert source.nodes["ner"].attrs["listener"].channel is None


def test_listeners_are_found_in_a_model_and_match_their_source_by_name():
    from thinc.api import Linear, chain, with_array

    node = Listener(4, upstream="trf")
    model = chain(node, with_array(Linear(2, 4)))
    assert find_listeners(model) == [node]
    state = node.attrs["listener"]
    assert state.matches(Channel("trf")) and not state.matches(Channel("tok2vec"))


def test_a_source_of_another_kind_is_passed_over():
    pieces, vectors = Channel("transformer", gives="pieces"), Channel("tok2vec")
    state = Listener(4, takes="pieces").attrs["listener"]
    for one in (state, copy.deepcopy(state)):
        assert one.matches(pieces) and not one.matches(vectors)
    assert not Listener(4).attrs["listener"].matches(pieces)
    # By its name as well: it could not read what comes.
    assert not Listener(4, upstream="transformer").attrs["listener"].matches(pieces)


def test_tokens_that_were_merged_since_are_told():
    source, doc = Source("ner"), FakeDoc(2)
    source.channel.give([doc], [np.ones((3, 4), "float32")])
    with pytest.raises(
        KernelError, match="has run on a Doc when it had 3 tokens; they were merged or split"
    ) as caught:
        source.nodes["ner"].predict([doc])
    assert "before 'tok2vec' in the pipeline, or after ner" in caught.value.hint


def test_tokens_that_were_merged_in_a_training_batch_are_told():
    source, docs = Source("ner"), [FakeDoc(2), FakeDoc(3)]
    source.channel.publish(docs, [np.ones((2, 4), "float32"), np.ones((4, 4), "float32")], lambda d: None)
    with pytest.raises(KernelError, match="has run on a Doc when it had 4 tokens; they were merged or split"):
        source.nodes["ner"].begin_update(docs)


def test_a_model_with_a_listener_can_be_saved():
    node = Source("ner").nodes["ner"]
    assert Listener(4).from_bytes(node.to_bytes()).get_dim("nO") == 4


class Pieces:
    """An output that is no array: two numbers for each token."""

    def __init__(self, doc):
        self.rows = np.arange(4 * len(doc), dtype="float32").reshape(-1, 2)

    def __len__(self):
        return len(self.rows) // 2

    @property
    def shape(self):
        return self.rows.shape


def pooled():
    """A layer that adds up the two rows of each token."""

    def forward(model, outputs, is_train):
        def backprop(gradients):
            return [np.repeat(gradient, 2, axis=0) for gradient in gradients]

        return [each.rows.reshape(-1, 2, 2).sum(axis=1) for each in outputs], backprop

    return Model("pooled", forward, dims={"nI": None, "nO": None})


def test_an_output_may_be_something_that_a_layer_of_the_listener_makes_vectors_of():
    channel, calls = Channel("source"), []
    listener = Listener(None, grad_factor=0.5, layer=pooled())
    take_width(listener, 2)
    assert listener.get_dim("nI") == listener.get_dim("nO") == 2
    channel.add(listener, "ner")
    outputs = [Pieces(doc) for doc in DOCS]
    channel.publish(DOCS, iter(outputs), calls.append)
    vectors, backprop = listener(DOCS, is_train=True)
    assert [len(array) for array in vectors] == [2, 0, 3] and vectors[0][0].tolist() == [2, 4]
    backprop([array * 0 + 1 for array in vectors])
    assert [gradient.shape for gradient in calls[0]] == [each.shape for each in outputs]
    assert calls[0][0].tolist() == [[0.5, 0.5]] * 4


def test_what_a_layer_makes_vectors_of_may_have_been_predicted():
    channel = Channel("source")
    listener = Listener(2, layer=pooled())
    channel.add(listener, "ner")
    docs = [FakeDoc(2), FakeDoc(0), FakeDoc(1)]
    channel.give(docs, [Pieces(doc) for doc in docs])
    assert [len(array) for array in listener.predict(docs)] == [2, 0, 1]
    with pytest.raises(KernelError, match="has not run"):
        listener.predict([FakeDoc(1)])


def test_something_else_may_stay_than_what_was_given():
    channel, doc = Channel("source"), FakeDoc(1)
    kept = np.ones((1, 4), "float32")
    channel.give([doc], [kept * 2], [kept])
    assert channel.given(doc)[0, 0] == 2
    channel.let_go([doc])
    assert channel.given(doc) is kept
    del kept
    assert channel.given(doc) is None


def test_whether_anybody_will_learn_from_the_next_batch():
    source = Source("ner", "tagger", ner=0.0, tagger=[0.0, 0.0, 0.5])
    found = []
    for _ in range(4):
        found.append(source.channel.learns_next())
        source.publish(DOCS)
        source.answer("ner", DOCS)
        source.answer("tagger", DOCS)
    assert found == [False, False, True, True] and len(source.calls) == 2
    with scope(seed=0, step=0):
        assert not source.channel.learns_next()
    assert not Channel("alone").learns_next()


def test_a_listener_without_a_width_takes_that_of_its_source():
    listener = Listener(None)
    assert width_heard(listener) is None
    take_width(listener, 5)
    take_width(listener, 6)
    assert width_heard(listener) == 5
