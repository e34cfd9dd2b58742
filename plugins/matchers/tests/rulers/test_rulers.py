"""What all rulers do: patterns in and out, files, messages, what they find."""

import pickle
import time

import pytest
import srsly
from kernel_matchers.entity_ruler.component import EntityRuler
from kernel_matchers.span_ruler.component import SpanRuler

import kernel
from kernel.errors import DataError, KernelWarning, MissingName
from kernel.language import Language
from kernel.tokens import Doc
from kernel.training import Example

RULERS = ("entity_ruler", "future_entity_ruler", "span_ruler")
PATTERNS = [
    {"label": "ORG", "pattern": "Apple", "id": "apple"},
    {"label": "GPE", "pattern": [{"LOWER": "san"}, {"LOWER": {"FUZZY": "francisco"}}], "id": "sf"},
    {"label": "GPE", "pattern": "new York"},
    {"label": "ORG", "pattern": [{"LOWER": "apple", "OP": "+"}]},
    {"label": "ORG", "pattern": "Apple"},
]


@pytest.fixture(params=RULERS)
def ruler(request):
    return Language().add_pipe(request.param)


def found(doc, ruler):
    spans = doc.spans["ruler"] if isinstance(ruler, SpanRuler) and ruler.key else doc.ents
    return [(span.text, span.label_, span.id_) for span in spans]


def test_patterns_come_back_as_they_were_given(ruler):
    ruler.add_patterns(iter(PATTERNS))
    assert ruler.patterns == PATTERNS and len(ruler) == 5
    assert ruler.labels == ("GPE", "ORG") and ruler.ids == ("apple", "sf") and ruler.label_data is None
    assert "ORG" in ruler and "PERSON" not in ruler and "apple" not in ruler
    ruler.patterns[1]["pattern"].clear()
    assert ruler.patterns == PATTERNS
    ruler.clear()
    assert ruler.patterns == [] and ruler.labels == () and len(ruler) == 0


def test_phrases_and_patterns_over_tokens_are_found(ruler):
    ruler.add_patterns(PATTERNS)
    doc = ruler(ruler.nlp.make_doc("Apple left San Fransisco for new York and apple apple"))
    expected = {
        ("San Fransisco", "GPE", "sf"),
        ("new York", "GPE", ""),
        ("apple apple", "ORG", ""),
    }
    assert expected <= set(found(doc, ruler)) and found(doc, ruler)[0][:2] == ("Apple", "ORG")
    assert all(label in ruler.labels for _, label, _ in found(doc, ruler))


@pytest.mark.parametrize("attr", ["LOWER", "lower", "SHAPE", None])
def test_phrases_are_compared_by_an_attribute(attr):
    for name in RULERS:
        ruler = Language().add_pipe(name, config={"phrase_matcher_attr": attr})
        ruler.add_patterns([{"label": "X", "pattern": "Ab Cd"}])
        texts = ["AB CD", "Ab Cd", "Xy Zz"]
        wanted = {"LOWER": [1, 1, 0], "lower": [1, 1, 0], "SHAPE": [0, 1, 1], None: [0, 1, 0]}[attr]
        docs = [ruler(ruler.nlp.make_doc(text)) for text in texts]
        assert [len(found(doc, ruler)) for doc in docs] == wanted


def test_phrases_are_annotated_by_the_components_before():
    nlp = Language()
    tags = nlp.add_pipe("attribute_ruler")
    tags.add([[{"LOWER": {"IN": ["go", "went"]}}]], {"LEMMA": "go"})
    tags.add([[{"LOWER": "home"}]], {"LEMMA": "home"})
    ruler = nlp.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LEMMA"})
    ruler.add_patterns([{"label": "X", "pattern": "go home"}])
    assert [ent.text for ent in nlp("she went home").ents] == ["went home"]
    with pytest.raises(
        DataError, match=r"pattern 2 of component 'entity_ruler': the phrase 'a b' has no LEMMA, by which"
    ):
        ruler.add_patterns([{"label": "X", "pattern": "went"}, {"label": "X", "pattern": "a b"}])
    assert len(ruler) == 1
    again = pickle.loads(pickle.dumps(nlp))
    assert [ent.text for ent in again("she went home").ents] == ["went home"]


def test_a_function_tells_what_is_near():
    kernel.registry.misc("test.same_length.v1", lambda: lambda text, wanted, edits: len(text) == len(wanted))
    for name in RULERS:
        ruler = Language().add_pipe(name, config={"matcher_fuzzy_compare": {"@misc": "test.same_length.v1"}})
        ruler.add_patterns([{"label": "X", "pattern": [{"LOWER": {"FUZZY": "abc"}}]}])
        assert [text for text, _, _ in found(ruler(ruler.nlp.make_doc("xyz abcd a")), ruler)] == ["xyz"]


def test_patterns_are_initialized(ruler):
    ruler.add_patterns(PATTERNS[:1])
    ruler.initialize(list, nlp=ruler.nlp, patterns=PATTERNS[1:3])
    assert ruler.patterns == PATTERNS[1:3]
    ruler.initialize(list)
    assert ruler.patterns == []


def test_saved_and_loaded(ruler, tmp_path):
    ruler.add_patterns(PATTERNS)
    ruler.nlp.to_disk(tmp_path / "model")
    expected = found(ruler.nlp("Apple in San Francisco"), ruler)
    loaded, copied = kernel.load(tmp_path / "model"), pickle.loads(pickle.dumps(ruler.nlp))
    for nlp in (loaded, copied):
        other = nlp.get_pipe(ruler.name)
        assert other.patterns == PATTERNS and found(nlp("Apple in San Francisco"), other) == expected
    assert type(ruler)(Language()).from_bytes(ruler.to_bytes()).to_bytes() == ruler.to_bytes()
    name = "patterns.jsonl" if isinstance(ruler, EntityRuler) else "patterns"
    lines = (tmp_path / "model" / ruler.name / name).read_text("utf8").splitlines()
    assert [srsly.json_loads(line) for line in lines] == PATTERNS


def test_numbers_in_patterns_are_the_same_after_reading(ruler):
    pattern = {"label": "X", "pattern": [{"_": {"ratio": {">": 1 / 3, "<": 0.30000000000000004}}}]}
    ruler.add_patterns([pattern])
    assert type(ruler)(Language()).from_bytes(ruler.to_bytes()).patterns == [pattern]


def test_two_processes_find_the_same(ruler):
    ruler.add_patterns(PATTERNS)
    texts = ["Apple in San Francisco", "", "new York", "no"] * 6
    alone, together = (
        [doc.to_json() for doc in ruler.nlp.pipe(texts, n_process=n, batch_size=5)] for n in (1, 2)
    )
    assert alone == together


@pytest.mark.parametrize(
    ("patterns", "said"),
    [
        ("x", "component 'NAME': patterns are a list of dicts with 'label' and 'pattern', not 'x'"),
        (None, "patterns are a list of dicts"),
        ({"label": "A", "pattern": "x"}, "patterns are a list of dicts"),
        ([{"label": "A", "pattern": "x"}, 5], "pattern 2 of component 'NAME' is a dict with 'label' and 'pattern', not 5"),
        ([{"label": "A"}], "pattern 1 of component 'NAME' has no 'pattern': {'label': 'A'}"),
        ([{"pattern": "x"}], "pattern 1 of component 'NAME' has no 'label'"),
        ([{"label": 5, "pattern": "x"}], "pattern 1 of component 'NAME': the label is a text, not 5"),
        ([{"label": "", "pattern": "x"}], "the label is a text, not ''"),
        ([{"label": "A", "pattern": "x", "id": [1]}], "pattern 1 of component 'NAME': the id is a text, not [1]"),
        ([{"label": "A", "pattern": 5}], "pattern 1 of component 'NAME' is a phrase or a list with a dict for each token, not 5"),
        ([{"label": "A", "pattern": []}], "pattern 1 of component 'NAME' is empty, and would match nothing"),
        ([{"label": "A", "pattern": [{}, {"FOO": 1}]}], "pattern 1 of component 'NAME', token 2: no token attribute is called 'FOO'"),
    ],
)  # fmt: skip
def test_mistakes(ruler, patterns, said):
    ruler.add_patterns(PATTERNS[:1])
    with pytest.raises(DataError) as caught:
        ruler.add_patterns(patterns)
    assert said.replace("NAME", ruler.name) in str(caught.value)
    assert ruler.patterns == PATTERNS[:1]


def test_what_is_warned_of(ruler):
    with pytest.warns(KernelWarning, match=f"component '{ruler.name}' has no patterns, so it finds nothing"):
        ruler(ruler.nlp.make_doc("a"))
    with pytest.warns(
        KernelWarning, match=f"pattern 2 of component '{ruler.name}' has no tokens, and matches"
    ):
        ruler.add_patterns([{"label": "A", "pattern": "a"}, {"label": "A", "pattern": ""}])
    with pytest.warns(KernelWarning, match="what patterns say in kb, meta is not used; there are 'label'"):
        ruler.add_patterns(
            [{"label": "B", "pattern": "b", "meta": 1}, {"label": "B", "pattern": "c", "kb": 2}]
        )
    assert len(ruler) == 4 and len(found(ruler(ruler.nlp.make_doc("a b c")), ruler)) == 3


def test_files_with_mistakes(ruler, tmp_path):
    name = "patterns.jsonl" if isinstance(ruler, EntityRuler) else "patterns"
    ruler.to_disk(tmp_path / "ruler")
    (tmp_path / "ruler" / name).write_text('\ufeff{"label": "A", "pattern": "a"}\n\n{"label": \n', "utf8")
    with pytest.raises(DataError, match=rf"3: the patterns of component '{ruler.name}' are not JSON"):
        ruler.from_disk(tmp_path / "ruler")
    (tmp_path / "ruler" / name).write_bytes(b"\xff\n")
    with pytest.raises(DataError, match="are not UTF-8"):
        ruler.from_disk(tmp_path / "ruler")
    (tmp_path / "ruler" / name).unlink()
    with pytest.raises(DataError, match=f"lacks '{name}'"):
        ruler.from_disk(tmp_path / "ruler")


def test_what_debug_data_says(ruler):
    doc = Doc(ruler.vocab, words=["Apple", "x"])
    examples = [Example(doc, doc)]
    assert [(one.level, one.message) for one in ruler.debug(examples, [])] == [
        ("warn", "there are no patterns, so the component does nothing")
    ]
    ruler.add_patterns(PATTERNS)
    assert [(one.message, one.items) for one in ruler.debug(examples, [])] == [
        ("5 patterns with 2 labels, 2 matches in the training data", ()),
        ("1 labels whose patterns match nothing in the training data", ("GPE",)),
    ]
    # Labels of patterns are not learnt, so that no data lack them.
    topics = dict(ruler.nlp.debug(examples, []))
    assert len(topics[ruler.name]) == 2


@pytest.mark.parametrize("words", [[], ["One"], [" ", "\n"], ["\U0001f600", "ב", "日本", "ک"]])
def test_documents_of_all_kinds(ruler, words):
    ruler.add_patterns(
        [{"label": "A", "pattern": "One"}, {"label": "B", "pattern": [{"IS_ALPHA": True, "OP": "+"}]}]
    )
    doc, other = Doc(ruler.vocab, words=words), Doc(ruler.vocab, words=["One"])
    assert list(ruler.pipe([doc, other])) == [doc, other]
    assert {label for _, label, _ in found(doc, ruler)} <= {"A", "B"} and found(other, ruler)


def test_a_document_of_100_000_tokens(ruler):
    ruler.add_patterns([{"label": "A", "pattern": "w1 w2"}, {"label": "B", "pattern": [{"ORTH": "w5"}, {}]}])
    words = [f"w{number % 1000}" for number in range(100_000)]
    assert len(found(ruler(Doc(ruler.vocab, words=words)), ruler)) == 200


@pytest.mark.slow
def test_patterns_added_one_by_one():
    seconds = []
    for size in (1000, 8000):
        ruler = Language().add_pipe("entity_ruler")
        begin = time.process_time()
        for number in range(size):
            ruler.add_patterns([{"label": f"L{number}", "pattern": [{"ORTH": "a"}]}])
        seconds.append(time.process_time() - begin)
    assert len(ruler) == len(ruler.labels) == 8000 and seconds[1] < 3 * 8 * seconds[0]


def test_removing():
    ruler = SpanRuler(Language())
    ruler.add_patterns(PATTERNS)
    for remove, what in ((ruler.remove, "label"), (ruler.remove_by_id, "id")):
        with pytest.raises(MissingName, match=f"no pattern of component 'span_ruler' has the {what} 'NO'"):
            remove("NO")
    ruler.remove_by_id("sf")
    ruler.remove("ORG")
    assert ruler.patterns == [PATTERNS[2]] and ruler.labels == ("GPE",)
    other = EntityRuler(Language(), patterns=PATTERNS)
    with pytest.raises(ValueError, match="no pattern of component 'entity_ruler' has the id 'NO'"):
        other.remove("NO")
    other.remove("apple")
    assert other.patterns == PATTERNS[1:]
    assert [ent.text for ent in other(other.nlp.make_doc("Apple apple")).ents] == ["Apple apple"]
