"""Every registered name of the package goes through the suite of its kind."""

import base64
import json
import zlib
from importlib.util import find_spec
from pathlib import Path

import pytest
from srsly import msgpack_dumps

from kernel.errors import DataError
from kernel.language import Language
from kernel.registries.family import registry
from kernel.testing import ConverterSuite, ReaderSuite, WriterSuite, sample_examples
from kernel.tokens import DocBin
from kernel.training import Example

GOLDENS = Path(__file__).with_name("goldens.json")
JSONL = (
    '{"text": "Anna likes Berlin", "spans": [{"start": 0, "end": 4, "label": "PERSON"}]}\n{"text": "Stop"}\n'
)
BROKEN_JSONL = JSONL + '{"text": \n'
IOB = "Anna B-PERSON\nlikes O\nBerlin B-PLACE\n\nStop O\n"
CONLLU = (
    "1\tAnna\tAnna\tPROPN\tNNP\t_\t2\tnsubj\t_\t_\n"
    "2\tlikes\tlike\tVERB\tVBZ\t_\t0\troot\t_\t_\n"
    "3\tBerlin\tBerlin\tPROPN\tNNP\t_\t2\tobj\t_\t_\n\n"
)
DOCBIN = DocBin(docs=[example.reference for example in sample_examples(Language())]).to_bytes()


class Reader(ReaderSuite):
    goldens = GOLDENS


class Converter(ConverterSuite):
    goldens = GOLDENS


class TestCorpus(Reader):
    name = "kernel.Corpus.v1"
    filename = "data.jsonl"
    content = JSONL
    malformed = {BROKEN_JSONL: 3}


class TestStreamedCorpus(Reader):
    name = "kernel.StreamedCorpus.v1"
    settings = {"shuffle": False}
    filename = "data.jsonl"
    content = JSONL
    malformed = {BROKEN_JSONL: 3}


class TestStreamedCorpusInAnyOrder(Reader):
    name = "kernel.StreamedCorpus.v1"
    settings = {"buffer": 1}
    filename = "data.jsonl"
    content = JSONL + JSONL
    malformed = {BROKEN_JSONL: 3}
    goldens = None
    exempt = {
        name: "each pass has an order of its own"
        for name in (
            "test_reads_the_same_each_time",
            "test_one_reader_reads_again",
            "test_two_passes_at_once_do_not_disturb_each_other",
        )
    }


class TestShuffle(Reader):
    """A source of numbered items: the lines of a file."""

    name = "kernel.Shuffle.v1"
    settings = {"shuffle": False}
    content = "One line.\nAnother one.\nA third one.\n"

    def reader(self, path):
        return self.build(source=lambda nlp: Lines(path, nlp))


class Lines:
    """The lines of a file as numbered examples."""

    def __init__(self, path, nlp):
        if not path.exists():
            raise DataError("no such file", path=path)
        self.lines, self.nlp = path.read_text(encoding="utf-8").splitlines(), nlp
        if not self.lines:
            raise DataError("the file is empty", path=path)

    def __len__(self):
        return len(self.lines)

    def __getitem__(self, number):
        return Example(self.nlp.make_doc(self.lines[number]), self.nlp.make_doc(self.lines[number]))


class TestJsonlCorpus(Reader):
    name = "kernel.JsonlCorpus.v1"
    filename = "data.jsonl"
    content = JSONL
    malformed = {BROKEN_JSONL: 3, '{"text": "one"}\n{"txt": "two"}\n': 2}


class TestPlainTextCorpus(Reader):
    name = "kernel.PlainTextCorpus.v1"
    content = "One line.\n\nAnother one.\n"
    malformed = {b"One line.\n\xff\xfe\n": 2}


class TestRawText(Reader):
    name = "kernel.RawText.v1"
    settings = {"shuffle": False}
    content = "One line.\n\nAnother one.\n"
    malformed = {b"One line.\n\xff\xfe\n": 2}


class Content(Reader):
    """Not a corpus: the content of a file, at once."""

    exempt = {
        name: "the file is read at once, not as a stream"
        for name in (
            "test_one_reader_reads_again",
            "test_two_passes_at_once_do_not_disturb_each_other",
            "test_examples_are_new_each_time",
        )
    }

    def read(self, path):
        return self.reader(path)

    def as_plain(self, item):
        return item


class TestReadLabels(Content):
    name = "kernel.read_labels.v1"
    settings = {"require": True}
    filename = "labels.json"
    content = json.dumps(["PERSON", "PLACE"])
    malformed = {'["PERSON",\n  "PLACE"': None}


class TestReadJson(Content):
    name = "kernel.read_json.v1"
    filename = "tags.json"
    content = json.dumps([{"patterns": [[{"TAG": "NN"}]], "attrs": {"POS": "NOUN"}}])
    malformed = {'{"NN": {"POS":\n': None, b'"\xff"': 1}


class TestReadJsonl(Content):
    name = "kernel.read_jsonl.v1"
    filename = "patterns.jsonl"
    content = '{"label": "A"}\n\n{"label": "B"}\n'
    malformed = {'{"label": "A"}\n{"label": "B"\n': 2}


class TestReadYaml(Content):
    name = "kernel.read_yaml.v1"
    filename = "rules.yaml"
    content = "- attrs: {POS: NOUN}\n  index: -1\n- attrs:\n    TAG: NN\n"
    malformed = {"a: [1,\nb: {": None}


class TestReadMsgpack(Content):
    name = "kernel.read_msgpack.v1"
    filename = "patterns"
    content = msgpack_dumps([{"index": -1}, ["a", "b"]])
    malformed = {b"\x93\x01": None}


class TestAuto(Converter):
    name = "kernel.auto.v1"
    filename = "data.iob"
    content = IOB


class TestConllu(Converter):
    name = "kernel.conllu.v1"
    filename = "data.conllu"
    content = CONLLU
    malformed = {CONLLU + "1\tAnna\n": 5}


class TestIob(Converter):
    name = "kernel.iob.v1"
    filename = "data.iob"
    content = IOB
    malformed = {"Anna B-PERSON\nlikes\n": 2}


class TestIobLines(Converter):
    name = "kernel.iob_lines.v1"
    content = "Anna|B-PERSON likes|O Berlin|B-PLACE\nStop|O\n"
    malformed = {"Anna|B-PERSON\nlikes Berlin|O\n": 2}


class TestJsonl(Converter):
    name = "kernel.jsonl.v1"
    filename = "data.jsonl"
    content = JSONL
    malformed = {BROKEN_JSONL: 3}


class TestSpacy(Converter):
    name = "kernel.spacy.v1"
    filename = "data.spacy"
    content = DOCBIN
    malformed = {DOCBIN[:40]: None, b"no DocBin": None}


class TestCsv(Converter):
    name = "kernel.csv.v1"
    filename = "data.csv"
    content = "text,label\nOne line.,a\nAnother one.,b\n"
    malformed = {"text,label\nOne, two,a\n": 2, 'text,label\nOne,"a"b\n': 2}


class TestText(Converter):
    name = "kernel.text.v1"
    content = "One line.\n\nAnother one.\n"
    malformed = {b"One line.\n\xff\xfe\n": 2}


class TestBrat(Converter):
    name = "kernel.brat.v1"
    filename = "data.ann"
    content = "T1\tPERSON 0 4\tAnna\nT2\tPLACE 11 17\tBerlin\nR1\tLikes Arg1:T1 Arg2:T2\n"
    malformed = {"T1\tPERSON 0 4\tAnna\nT2\tPLACE 11\n": 2, "T1\tPERSON 0 4\tBen\n": 1}
    exempt = {"test_an_empty_file_is_no_crash": "an empty file is a text of which nothing is annotated"}

    def write(self, folder, content=None):
        (folder / "data.txt").write_text("Anna likes Berlin", encoding="utf-8")
        return super().write(folder, content)


class TestWebanno(Converter):
    name = "kernel.webanno.v1"
    filename = "data.tsv"
    content = (
        "#FORMAT=WebAnno TSV 3.3\n"
        "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value\n\n\n"
        "#Text=Anna likes Berlin\n"
        "1-1\t0-4\tAnna\t*\tPERSON\t\n1-2\t5-10\tlikes\t_\t_\t\n1-3\t11-17\tBerlin\t*\tPLACE\t\n"
    )
    malformed = {content + "1-4\t18\n": 9, content + "1-9\t18-19\t.\t_\t_\t\n": 9}


class TestHuggingface(Converter):
    name = "kernel.huggingface.v1"
    filename = "data.jsonl"
    content = '{"tokens": ["Anna", "likes", "Berlin"], "ner_tags": ["B-PERSON", "O", "B-PLACE"]}\n'
    malformed = {
        content + '{"tokens": ["Stop"], "ner_tags": []}\n': 2,
        content + '{"tokens": ["Stop"], "ner_tags": [1]}\n': 2,
    }


class TestFasttext(Converter):
    name = "kernel.fasttext.v1"
    content = "__label__a One line.\n__label__b Another one.\n"
    malformed = {"__label__a One line.\n__label__ Another one.\n": 2}


@pytest.mark.skipif(find_spec("pyarrow") is None, reason="needs pyarrow")
class TestParquet(Converter):
    """A file of two rows with the columns text and label."""

    name = "kernel.parquet.v1"
    filename = "data.parquet"
    content = zlib.decompress(
        base64.b64decode(
            "eNptkE1qwzAQhcdmKlLwdkQEXmhjEYJjmkKzyiYbQyEQ0xsoQZCAaruK+nOuXCRXyjgpJYsu5knz+N5oULN6mxNQTXVJyBdBIgeAlAuTR9ZN"
            "67Q/tK7KuFm1Xdy7oDvuGdak/0klrHaQLaFavsBYHHd7924JgbIiHWN0P7GA9ZC4Gg/ebp3/dSSqXJUGcspUIUDdcGJfeunN6DXn94BSWMqp"
            "EsoAcugOvw278rWsTbzj8Y+Xp0SiGfEBE93b8PHp4mzX9zMbQvetv1w4HrpWPy+qp2quSt5rWO3M1fB/XQCnuzCY"
        )
    )
    malformed = {content[:60]: None, b"no Parquet": None}


class Writer(WriterSuite):
    goldens = GOLDENS


class TestWriteSpacy(Writer):
    name = "kernel.spacy.v1"


class TestWriteJsonl(Writer):
    name = "kernel.jsonl.v1"


class TestWriteBrief(Writer):
    name = "kernel.brief.v1"
    converter = "kernel.jsonl.v1"


class TestWriteConllu(Writer):
    name = "kernel.conllu.v1"


class TestWriteBrat(Writer):
    name = "kernel.brat.v1"


class TestWriteCsv(Writer):
    name = "kernel.csv.v1"


class TestJson(Converter):
    name = "kernel.json.v1"
    filename = "data.json"
    content = json.dumps(
        [
            {
                "id": 0,
                "paragraphs": [
                    {
                        "raw": "Anna likes Berlin.",
                        "sentences": [
                            {
                                "tokens": [
                                    {
                                        "orth": "Anna",
                                        "tag": "NNP",
                                        "head": 1,
                                        "dep": "nsubj",
                                        "ner": "U-PERSON",
                                    },
                                    {"orth": "likes", "tag": "VBZ", "head": 0, "dep": "ROOT", "ner": "O"},
                                    {"orth": "Berlin", "tag": "NNP", "head": -1, "dep": "obj", "ner": "-"},
                                    {"orth": ".", "tag": ".", "head": -2, "dep": "punct", "ner": "O"},
                                ],
                                "brackets": [],
                            }
                        ],
                        "cats": [{"label": "good", "value": 1}],
                    }
                ],
            }
        ]
    )
    malformed = {content[:40]: None, content.replace('"orth": "likes"', '"orth": 1'): None}


class TestWriteJson(Writer):
    name = "kernel.json.v1"


class ColumnsWriter(Writer):
    converter = "kernel.iob.v1"


class TestWriteIob(ColumnsWriter):
    name = "kernel.iob.v1"


class TestWriteIob1(ColumnsWriter):
    name = "kernel.iob1.v1"


class TestWriteBiluo(ColumnsWriter):
    name = "kernel.biluo.v1"


class TestWriteBioes(ColumnsWriter):
    name = "kernel.bioes.v1"


class TestWriteConll2003(ColumnsWriter):
    name = "kernel.conll2003.v1"


class TestWriteIobLines(Writer):
    name = "kernel.iob_lines.v1"


class TestParts(Reader):
    """Two corpora of the same file."""

    name = "kernel.Parts.v1"
    filename = "data.jsonl"
    content = JSONL
    malformed = {BROKEN_JSONL: 3}

    def reader(self, path):
        corpus = registry.get("readers", "kernel.Corpus.v1")
        return self.build(parts={name: corpus(path) for name in ("one", "other")})


class TestStreamedParts(TestParts):
    goldens = None

    def reader(self, path):
        corpus = registry.get("readers", "kernel.StreamedCorpus.v1")
        return self.build(parts={name: corpus(path, shuffle=False) for name in ("one", "other")})
