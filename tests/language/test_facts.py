"""What a pipeline says of itself."""

import pytest

from kernel.errors import UsageError
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
    assert analysis["attrs"]["doc.ents"] == {"assigns": ["gives"], "requires": ["wants"]}
    nlp.disable_pipe("gives")
    assert nlp.analyze_pipes()["problems"] == {"wants": ["doc.ents", "token.tag"]}


def test_analysis_tells_what_is_asked_for_and_prints_it(capsys):
    Language.component("wants", func=lambda doc: doc, requires=["token.tag"])
    nlp = Language()
    nlp.add_pipe("wants")
    assert nlp.analyze_pipes(keys=["requires"])["summary"] == {"wants": {"requires": ["token.tag"]}}
    assert capsys.readouterr().out == ""
    nlp.analyze_pipes(keys=["requires", "retokenizes"], pretty=True)
    assert capsys.readouterr().out.splitlines() == [
        "wants",
        "  requires: token.tag",
        "  retokenizes: False",
        "'wants' requires token.tag, which nothing before it assigns",
    ]
    with pytest.raises(UsageError, match="nothing called 'needs'"):
        nlp.analyze_pipes(keys=["needs"])
