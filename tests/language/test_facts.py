"""What a pipeline says of itself."""

import pytest

from kernel.component import Component
from kernel.errors import UsageError
from kernel.language import Language
from kernel.tokens import Doc
from kernel.training import Example

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


def test_a_component_says_what_its_settings_require():
    class Wants(Component):
        def __init__(self, pos):
            super().__init__()
            self.requires = ["token.tag", "token.pos"] if pos else ()

        def __call__(self, doc):
            return doc

    @Language.factory("wants", requires=["token.tag"])
    def make_wants(nlp, name, pos: bool):
        return Wants(pos)

    nlp = Language()
    nlp.add_pipe("wants", "one", config={"pos": True})
    nlp.add_pipe("wants", "two", config={"pos": False})
    analysis = nlp.analyze_pipes(keys=["requires"])
    assert analysis["summary"] == {
        "one": {"requires": ["token.tag", "token.pos"]},
        "two": {"requires": ["token.tag"]},
    }
    assert analysis["problems"] == {"one": ["token.tag", "token.pos"], "two": ["token.tag"]}
    assert analysis["attrs"]["token.pos"] == {"assigns": [], "requires": ["one"]}
    said = [finding.message for topic, found in nlp.debug([], []) if topic == "one" for finding in found]
    assert "it requires token.tag, token.pos, which nothing before it assigns" in said


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


def test_labels_that_say_nothing_to_a_reader_are_left_out():
    class Numbered(Component):
        """Its labels are numbers of something: `hidden` says whether they are shown."""

        def __init__(self, name, hidden):
            super().__init__(name)
            self.cfg["labels"] = ["1", "2"]
            self.hidden = hidden

        @property
        def hide_labels(self):
            return self.hidden

        def gold_labels(self, examples):
            return {"2": 1, "3": len(examples)}

    @Language.factory("numbered")
    def make_numbered(nlp, name: str, hidden: bool):
        return Numbered(name, hidden)

    nlp = Language()
    nlp.add_pipe("numbered", name="shown", config={"hidden": False})
    nlp.add_pipe("numbered", name="hidden", config={"hidden": True})
    doc = Doc(nlp.vocab, words=["one"])
    examples = [Example(doc, doc)]
    assert nlp.pipe_labels == nlp.meta["labels"] == {"shown": ["1", "2"]}
    assert nlp.unknown_labels(examples) == {"shown": ["3"]}
    topics = {topic: list(found) for topic, found in nlp.debug(examples, examples)}
    assert "shown" in topics and "hidden" not in topics
    assert nlp.get_pipe("hidden").label_data == ["1", "2"]
