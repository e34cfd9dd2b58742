import pytest

from kernel.language import Language
from kernel.registries.family import registry

from .learners import register
from .marks import Mark


@pytest.fixture
def marks():
    """Components for the tests; what a test registers is forgotten after it."""
    with registry.restored():
        Language.component("noop", func=lambda doc: doc)

        @Language.component("shout")
        def shout(doc):
            doc.user_data.setdefault("said", []).append(doc.text.upper())
            return doc

        @Language.factory("mark", default_config={"value": "x"}, default_score_weights={"mark_f": 1.0})
        def make_mark(nlp, name: str, value: str, times: int = 1):
            return Mark(name, value, times)

        @Language.component("fussy")
        def fussy(doc):
            if doc.text == "bad":
                raise ValueError("I don't like it")
            return doc

        yield


@pytest.fixture
def learners():
    """The components of `learners.py` under the names source, target and noop."""
    with registry.restored():
        register()
        yield
