"""The order of components, running them, and what goes wrong on the way."""

import pytest

from kernel.errors import UsageError
from kernel.language import Language
from kernel.vocab import Vocab

pytestmark = pytest.mark.usefixtures("marks")


def test_a_new_pipeline_tokenizes_at_whitespace():
    doc = Language()("Hello  world.")
    assert [token.text for token in doc] == ["Hello", " ", "world."]


def test_components_run_in_order_with_their_settings():
    nlp = Language()
    nlp.add_pipe("mark", name="one", config={"value": "y", "times": 3})
    nlp.add_pipe("mark", name="two")
    nlp.add_pipe("shout")
    doc = nlp("hi")
    assert doc.user_data == {"one": "yyy", "two": "x", "said": ["HI"]}


def test_the_device_is_the_cpu_unless_asked_for():
    nlp = Language()
    assert nlp.to_device(-1).ops.xp.__name__ == "numpy"


@pytest.mark.parametrize("vocab", [False, None, ["a"], Vocab])
def test_a_vocab_is_one_or_a_new_one(vocab):
    with pytest.raises(UsageError, match="vocab is to be a Vocab, or True"):
        Language(vocab)
    mine = Vocab()
    assert Language(mine).vocab is mine


def test_a_pipeline_shows_what_it_is():
    nlp = Language()
    assert repr(nlp) == "<Language: no components>"
    nlp.add_pipe("shout", name="first")
    nlp.add_pipe("shout", name="second")
    nlp.disable_pipe("first")
    assert repr(nlp) == "<Language: second; disabled: first>"
    nlp.disable_pipe("second")
    assert repr(nlp) == "<Language: none runs; disabled: first, second>"
    assert repr(type("English", (Language,), {"lang": "en"})()) == "<English of 'en': no components>"
