"""WebAnno TSV 3, as INCEpTION exports it: layers, their cells, and what is wrong with others."""

import pytest
from kernel_readers.converters import auto
from kernel_readers.detect import detect
from kernel_readers.formats.webanno import read
from kernel_readers.formats.webanno_values import Unit, Value, roles, units, values

from kernel.errors import DataError, KernelWarning

DKPRO = "de.tudarmstadt.ukp.dkpro.core.api"
NER = f"#T_SP={DKPRO}.ner.type.NamedEntity|identifier|value"
POS = f"#T_SP={DKPRO}.lexmorph.type.pos.POS|PosValue|coarseValue"
LEMMA = f"#T_SP={DKPRO}.segmentation.type.Lemma|value"
MORPH = f"#T_SP={DKPRO}.lexmorph.type.morph.MorphologicalFeatures|number|value"
TREE = (
    f"#T_RL={DKPRO}.syntax.type.dependency.Dependency|DependencyType|flavor|BT_{DKPRO}.lexmorph.type.pos.POS"
)
CHAIN = f"#T_CH={DKPRO}.coref.type.CoreferenceLink|referenceRelation|referenceType"
FRAME = "#T_SP=webanno.custom.Frame|FE|ROLE_webanno.custom.Frame:Role_webanno.custom.FrameRoleLink|uima.tcas.Annotation"
WORDS = [["Ada", "Byron", "met", "Babbage", "."], ["She", "laughed"]]


@pytest.fixture
def made(write):
    """`made([NER], {"1-1": ["*", "PER"]})`: a file of `WORDS` with these cells, all others empty."""

    def make(layers, cells=None, *, words=WORDS, parts=(), gap=1):
        width = sum(len(layer.split("|")) - 1 for layer in layers)
        lines = ["#FORMAT=WebAnno TSV 3.3", *layers, ""]
        position = 0
        for number, sentence in enumerate(words, start=1):
            lines += ["", f"#Text={' '.join(sentence)}"]
            for place, word in enumerate(sentence, start=1):
                if word == ".":
                    position -= gap
                size = len(word.encode("utf-16-le")) // 2
                id = f"{number}-{place}"
                own = (cells or {}).get(id, ["_"] * width)
                lines.append("\t".join([id, f"{position}-{position + size}", word, *own, ""]))
                lines += ["\t".join([*part, ""]) for part in parts if part[0].startswith(f"{id}.")]
                position += size + gap
        return write("a.tsv", *lines)

    return make


def spans(group):
    return [(span.text, span.label_) for span in group]


def relations(doc):
    ends = [
        [(doc.text[end["start"] : end["end"]], end["label"]) for end in (each["head"], each["child"])]
        for each in doc.user_data.get("relations", ())
    ]
    return [
        (each["label"], *pair) for each, pair in zip(doc.user_data.get("relations", ()), ends, strict=True)
    ]


def test_entities(made, nlp):
    path = made(
        [NER],
        {
            "1-1": ["http://kb/ada[1]", "PER[1]"],
            "1-2": ["http://kb/ada[1]", "PER[1]"],
            "1-4": ["*", "PER"],
            "2-1": ["_", "PRON"],
        },
    )
    assert detect(path) == "webanno"
    (doc,) = auto()(path, nlp)
    assert doc.text == "Ada Byron met Babbage. She laughed"
    assert [sent.text for sent in doc.sents] == ["Ada Byron met Babbage.", "She laughed"]
    assert spans(doc.ents) == [("Ada Byron", "PER"), ("Babbage", "PER"), ("She", "PRON")]
    assert [ent.kb_id_ for ent in doc.ents] == ["http://kb/ada", "", ""]
    assert not doc.spans and doc[2].ent_iob_ == "O"


def test_neighbours_of_one_label_stay_apart(made, nlp):
    (doc,) = read(made([NER], {"1-1": ["*", "PER"], "1-2": ["*", "PER"]}), nlp)
    assert spans(doc.ents) == [("Ada", "PER"), ("Byron", "PER")]


def test_stacked_entities_are_a_group(made, nlp):
    cells = {"1-1": ["*[1]|*[2]", "PER[1]|NAME[2]"], "1-2": ["*[1]", "PER[1]"], "1-4": ["*", "PER"]}
    (doc,) = read(made([NER], cells), nlp)
    assert spans(doc.ents) == [("Babbage", "PER")]
    assert spans(doc.spans["sc"]) == [("Ada", "NAME"), ("Ada Byron", "PER"), ("Babbage", "PER")]
    assert not doc[0].ent_iob


def test_what_is_annotated_of_tokens(made, nlp):
    tags = [("NNP", "PROPN"), ("NNP", "PROPN"), ("VBD", "VERB"), ("NNP", "PROPN"), (".", "PUNCT")]
    tags += [("PRP", "PRON"), ("VBD", "VERB")]
    ids = ["1-1", "1-2", "1-3", "1-4", "1-5", "2-1", "2-2"]
    lemmas = ["Ada", "Byron", "meet", "Babbage", ".", r"she\_", "laugh"]
    morphs = ["_"] * 5 + [r"Case=Nom\|Number=Sing", "_"]
    heads = ["1-2", "1-3", "1-3", "1-3", "1-3", "2-2", "2-2"]
    deps = ["flat", "nsubj", "root", "obj", "punct", "nsubj", "root"]
    cells = {
        id: [*tag, lemma, "_", morph, dep, "basic", head]
        for id, tag, lemma, morph, dep, head in zip(ids, tags, lemmas, morphs, deps, heads, strict=True)
    }
    (doc,) = read(made([POS, LEMMA, MORPH, TREE], cells), nlp)
    assert [(token.tag_, token.pos_) for token in doc] == tags
    assert [token.lemma_ for token in doc] == [*lemmas[:5], "she_", "laugh"]
    assert str(doc[5].morph) == "Case=Nom|Number=Sing"
    assert [token.head.i for token in doc] == [1, 2, 2, 2, 2, 6, 6]
    assert [token.dep_ for token in doc] == ["flat", "nsubj", "ROOT", "obj", "punct", "nsubj", "ROOT"]


def test_heads_of_some_tokens_are_relations(made, nlp):
    with pytest.warns(
        KernelWarning, match=r"1 dependencies are kept as relations.* 6 tokens have none.*line 7"
    ):
        (doc,) = read(made([POS, TREE], {"1-1": ["_", "_", "flat", "basic", "1-2"]}), nlp)
    assert not doc.has_annotation("DEP")
    assert relations(doc) == [("flat", ("Byron", ""), ("Ada", ""))]


def test_other_layers_are_groups(made, nlp):
    cells = {"1-1": ["Cue[7]"], "1-2": ["Cue[7]"], "2-1": ["*"], "2-2": [r"a\[b\]\|c"]}
    (doc,) = read(made(["#T_SP=webanno.custom.Hedge|kind"], cells), nlp)
    assert spans(doc.spans["Hedge"]) == [("Ada Byron", "Cue"), ("She", "Hedge"), ("laughed", "a[b]|c")]
    (bare,) = read(made(["#T_SP=webanno.custom.Mark|"], {"2-1": ["*"]}), nlp)
    assert spans(bare.spans["Mark"]) == [("She", "Mark")]


def test_other_features_are_counted(made, nlp):
    with pytest.warns(KernelWarning, match=r"1 values of Hedge.sure are not read \(the first: line 6\)"):
        list(read(made(["#T_SP=webanno.custom.Hedge|value|sure"], {"1-1": ["Cue", "yes"]}), nlp))


def test_relations_and_slots(made, nlp):
    cells = {
        "1-1": ["*[1]", "PER[1]", "_", "_", "_", "_", "_"],
        "1-2": ["*[1]", "PER[1]", "_", "_", "_", "_", "_"],
        "1-3": ["_", "_", "Meeting", "who;whom", "1-1[1];1-4", "_", "_"],
        "1-4": ["*", "PER", "_", "_", "_", "knows", "1-1[1_0]"],
    }
    layer = f"#T_RL=webanno.custom.Knows|kind|BT_{DKPRO}.ner.type.NamedEntity"
    (doc,) = read(made([NER, FRAME, layer], cells), nlp)
    assert spans(doc.spans["Frame"]) == [("met", "Meeting")]
    assert relations(doc) == [
        ("knows", ("Ada Byron", "PER"), ("Babbage", "PER")),
        ("who", ("met", "Meeting"), ("Ada Byron", "PER")),
        ("whom", ("met", "Meeting"), ("Babbage", "PER")),
    ]


def test_chains(made, nlp):
    cells = {
        "1-1": ["*->1-1", "nam"],
        "1-2": ["*->1-1", "nam"],
        "1-4": ["*->2-1", "*"],
        "2-1": ["anaphor->1-2", "*"],
    }
    (doc,) = read(made([CHAIN], cells), nlp)
    assert {key: spans(group) for key, group in doc.spans.items()} == {
        "coref_clusters_1": [("Ada Byron", "nam"), ("She", "anaphor")],
        "coref_clusters_2": [("Babbage", "CoreferenceLink")],
    }


def test_parts_of_tokens_are_said(made, nlp):
    parts = [("1-4.1", "14-18", "Babb", "*", "PART")]
    with pytest.warns(
        KernelWarning, match=r"1 entity doesn.t .*line 10, offset 14: 'PART' 'Babb' ends inside"
    ):
        list(read(made([NER], {"1-1": ["*", "PER"]}, parts=parts), nlp))


def test_places_count_units_of_utf16(made, nlp):
    words = [["\U0001f600\U0001f600", "Ada"]]
    parts = [("1-1.1", "2-4", "\U0001f600", "*", "FACE")]
    path = made([NER], {"1-2": ["*", "PER"]}, words=words, parts=parts)
    with pytest.warns(
        KernelWarning, match="offset 1: 'FACE' '\U0001f600' begins|offset 1: 'FACE' '\U0001f600' ends"
    ):
        (doc,) = read(path, nlp)
    assert doc.text == "\U0001f600\U0001f600 Ada" and spans(doc.ents) == [("Ada", "PER")]


def test_tokens_with_signs(made, nlp):
    (doc,) = read(made([], {"1-1": []}, words=[["#1", "_", "*", "a"]]), nlp)
    assert [token.text for token in doc] == ["#1", "_", "*", "a"]


def test_cells():
    assert values("_") == [] and values("*") == [Value("", 0)]
    assert values(r"PER[1]|a\|b\_[2]") == [Value("PER", 1), Value("a|b_", 2)]
    assert values("PER[") is None and values("a]b") is None
    assert units("1-1[2_3]|2-4.1") == [[Unit("1-1", 2, 3)], [Unit("2-4.1", 0, 0)]]
    assert units("here") is None and units("_") == []
    assert roles(r"who;a\;b;*") == ["who", "a;b", ""]


HEAD = "#FORMAT=WebAnno TSV 3.3\n" + NER + "\n\n\n#Text=Ada\n"
FIRST = HEAD + "1-1\t0-3\tAda\t*\tPER\t\n"
RELATION = (
    f"#FORMAT=WebAnno TSV 3.3\n{NER}\n#T_RL=a.R|x|BT_{DKPRO}.ner.type.NamedEntity\n\n1-1\t0-3\tAda\t_\t_\t"
)
MALFORMED = {
    "#FORMAT=WebAnno TSV 2.0\n": (1, "expected #FORMAT=WebAnno TSV 3.x, found '#FORMAT=WebAnno TSV 2.0'"),
    HEAD + "1-1\t0-3\tAda\t*\n": (6, "4 columns instead of 5"),
    FIRST + "1-2\t4-9\tByron\t_\t_\t_\t_\n": (7, "7 columns instead of 5"),
    HEAD + "one\t0-3\tAda\t_\t_\t\n": (6, "expected 1-1 and 0-4, an id and places, found 'one' and '0-3'"),
    HEAD + "1-1\t0\tAda\t_\t_\t\n": (6, "expected 1-1 and 0-4"),
    HEAD + "1-2\t0-3\tAda\t_\t_\t\n": (6, "the id 1-2 does not follow 0-0"),
    FIRST + "1-3\t4-9\tByron\t_\t_\t\n": (7, "the id 1-3 does not follow 1-1"),
    HEAD + "1-1\t0-4\tAda\t_\t_\t\n": (6, "the token 'Ada' has 3 characters, and its places 4"),
    FIRST + "1-2\t2-7\tByron\t_\t_\t\n": (7, "'Byron' begins at 2, before the end of the one before it, 3"),
    FIRST + "1-1.1\t2-7\tByron\t_\t_\t\n": (7, "1-1.1 is no part of the token above it"),
    HEAD + "1-1\t0-3\tAda\t*\tPER[x]\t\n": (6, "the cell 'PER[x]' of NamedEntity.value can't be read"),
    HEAD + "1-1\t0-3\tAda\t*\tPER[1]|ORG[2]\t\n": (6, "the cell '*' of NamedEntity.identifier can't be read"),
    RELATION + "knows\t2-9\n": (5, "a cell names the token 2-9, which no line has"),
    RELATION + "knows\thim\n": (5, "the cell 'knows' of R.x can't be read"),
    RELATION + "knows|likes\t1-1\n": (5, "the cell 'knows|likes' of R.x can't be read"),
    HEAD: (None, "the file holds no tokens"),
}


@pytest.mark.parametrize("content", MALFORMED, ids=range(len(MALFORMED)))
def test_malformed_files(write, nlp, content):
    line, message = MALFORMED[content]
    path = write("a.tsv", content.encode())
    with pytest.raises(DataError) as caught:
        list(read(path, nlp))
    assert message in str(caught.value)
    assert (caught.value.path, caught.value.line) == (path, line)
