"""Texts that become documents."""

import pytest

from kernel.errors import KernelError, UsageError
from kernel.language import Language
from kernel.tokens import Doc

pytestmark = pytest.mark.usefixtures("marks")


@pytest.mark.parametrize("n_process", [1, 2])
def test_texts_that_can_not_be_tokenized_go_to_the_error_handler(n_process):
    def tokenize(text):
        if text == "bad":
            raise ValueError("I don't like it")
        return Doc(nlp.vocab, words=text.split())

    nlp = Language(max_length=10)
    nlp.add_pipe("mark")
    nlp.add_pipe("fussy")
    nlp.tokenizer = tokenize
    texts = [("a", 0), ("much too long", 1), ("bad", 2), ("b", 3), ("c", 4)]
    if n_process == 1:
        with pytest.raises(ValueError, match="I don't like it"):
            list(nlp.pipe(["a", "bad"]))
    else:
        with pytest.raises(KernelError, match="the tokenizer failed on the text 'bad': ValueError: I don't"):
            list(nlp.pipe(["a", "bad"], n_process=2))
    failed = []
    nlp.set_error_handler(lambda name, part, docs, error: failed.append((name, part, docs, error)))
    found = list(nlp.pipe(texts, as_tuples=True, batch_size=3, n_process=n_process))
    assert [(doc.text, place) for doc, place in found] == [("a ", 0), ("b ", 3), ("c ", 4)]
    assert [(name, part, docs[0].text) for name, part, docs, _ in failed] == [
        ("tokenizer", tokenize, "much too long"),
        ("tokenizer", tokenize, "bad"),
    ]
    assert "document 1: a text of 13 characters" in str(failed[0][3])
    # What is no text is a fault of the program.
    with pytest.raises(UsageError, match="text 1 is neither a string"):
        list(nlp.pipe(["a", None], n_process=n_process))
