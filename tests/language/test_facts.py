"""What a pipeline says of itself."""

import pytest

from kernel.language import Language

pytestmark = pytest.mark.usefixtures("marks")


def test_analysis_says_what_is_required_and_not_set():
    Language.component("gives", func=lambda doc: doc, assigns=["doc.ents"])
    Language.component("wants", func=lambda doc: doc, requires=["doc.ents", "token.tag"])
    nlp = Language()
    nlp.add_pipe("gives")
    nlp.add_pipe("wants")
    analysis = nlp.analyze_pipes()
    assert analysis["summary"]["gives"]["assigns"] == ["doc.ents"]
    assert analysis["problems"] == {"gives": [], "wants": ["token.tag"]}
