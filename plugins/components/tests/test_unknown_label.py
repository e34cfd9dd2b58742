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
