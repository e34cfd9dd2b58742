"""What is said of gold labels when a component has none yet."""

import pytest

from kernel.errors import KernelError
from kernel.language import Language
from kernel.training import Example


@pytest.mark.needs("kernel-nlp-architectures")
@pytest.mark.parametrize(("factory", "gold"), [("textcat", {"cats": {"A": 1}}), ("tagger", {"tags": ["A"]})])
def test_initialize_is_named(factory, gold):
    nlp = Language()
    nlp.add_pipe(factory)
    with pytest.raises(
        KernelError, match=r"'A' is unknown: the component has no labels yet\n.*nlp\.initialize"
    ):
        nlp.update([Example.from_dict(nlp.make_doc("word"), gold)])


@pytest.mark.needs("kernel-nlp-architectures")
def test_the_document_is_named_once():
    nlp = Language()
    nlp.add_pipe("textcat")
    known = [Example.from_dict(nlp.make_doc(text), {"cats": {"A": 1, "B": 0}}) for text in ("one", "two")]
    nlp.initialize(lambda: known)
    new = Example.from_dict(nlp.make_doc("three"), {"cats": {"LATE": 1}})
    for batch in ([new], [*known, new]):
        with pytest.raises(KernelError) as caught:
            nlp.update(batch)
        start = "component 'textcat' failed to learn: document 'three': the gold category 'LATE' is not among"
        assert caught.value.message.startswith(start)
        assert "source" not in caught.value.hint
        assert "takes all labels from initialize" in caught.value.hint
    other = Language()
    other.add_pipe("textcat", source=nlp)
    with pytest.raises(
        KernelError, match=r"taken from a trained pipeline \(source\) keeps the labels it has"
    ):
        other.update([new])
