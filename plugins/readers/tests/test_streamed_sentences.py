"""Files of sentences in parts: a stream gives what reading them whole gives, wherever they are cut."""

import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_readers.corpus import Corpus
from kernel_readers.formats.format import Settings
from kernel_readers.streams.corpus import StreamedCorpus

from kernel.errors import DataError

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

SCHEMES = {
    "IOB": [["O"], ["I-PER", "I-PER"], ["I-PER", "B-PER"], ["I-LOC"]],
    "BIO": [["O"], ["B-PER", "I-PER"], ["B-LOC"], ["B-PER", "B-PER"]],
    "BILUO": [["O"], ["B-PER", "L-PER"], ["U-LOC"], ["B-PER", "I-PER", "L-PER"]],
    "BIOES": [["O"], ["B-PER", "E-PER"], ["S-LOC"]],
}


def column_sentence(draw, scheme, has_pos):
    tags = [tag for part in draw(st.lists(st.sampled_from(SCHEMES[scheme]), min_size=1)) for tag in part]
    words = [draw(st.sampled_from(["Ada", "ö", "x" * 30, "a", "1", "went-on"])) for _ in tags]
    return [
        " ".join([word, "NN", tag] if has_pos else [word, tag]) for word, tag in zip(words, tags, strict=True)
    ]


def conllu_sentence(draw, scheme):
    tags = [tag for part in draw(st.lists(st.sampled_from(SCHEMES[scheme]), min_size=1)) for tag in part]
    has_heads = draw(st.booleans())
    return [
        "\t".join(
            [
                str(place),
                draw(st.sampled_from(["Ada", "ö", "went"])),
                "_",
                "NOUN",
                "NN",
                "_",
                str(place - 1) if has_heads else "_",
                "dep" if has_heads and place > 1 else "root" if has_heads else "_",
                "_",
                "_" if tag == "O" else f"name={tag}",
            ]
        )
        for place, tag in enumerate(tags, start=1)
    ]


@st.composite
def files(draw, *, is_marked, is_conllu):
    """The content of a file whose first lines tell its form."""
    scheme = draw(st.sampled_from(sorted(SCHEMES)))
    has_pos = draw(st.booleans())
    end = draw(st.sampled_from(["\n", "\r\n"]))
    blank = draw(st.sampled_from(["", "", " "]))
    lines = []
    if draw(st.booleans()):
        lines += ["# a file", *([blank] if draw(st.booleans()) else [])]

    def sentence(given=None):
        if is_conllu:
            if draw(st.booleans()):
                lines.append(f"# sent_id = {len(lines)}")
            lines.extend(given or conllu_sentence(draw, scheme))
        else:
            lines.extend(given or column_sentence(draw, scheme, has_pos))
        lines.extend([blank] * draw(st.sampled_from([1, 1, 1, 3])))

    # What the scheme is like, and that documents are marked, is told at the beginning.
    numbers = draw(st.lists(st.sampled_from([1, 2, 5, 12]), min_size=2, max_size=6)) if is_marked else [None]
    first = True
    for number in numbers:
        if is_marked and not (first and draw(st.booleans())):
            if is_conllu:
                lines.extend(["# newdoc id = 1"] if draw(st.booleans()) else ["# about = it", "#newdoc"])
            else:
                lines.extend(["-DOCSTART- O" if draw(st.booleans()) else "-DOCSTART-", blank])
        if first:
            first = False
            sentence(whole_scheme(scheme, has_pos, is_conllu))
            if is_marked:
                continue
        for _ in range(number or draw(st.integers(0, 30))):
            sentence()
    while lines and not lines[-1].strip() and draw(st.booleans()):
        lines.pop()
    mark = draw(st.sampled_from(["", "\ufeff"]))
    return (mark + end.join(lines) + draw(st.sampled_from(["", end]))).encode()


def whole_scheme(scheme, has_pos, is_conllu):
    """A sentence with all tags of a scheme."""
    tags = [tag for part in SCHEMES[scheme] for tag in part]
    if not is_conllu:
        return [f"word NN {tag}" if has_pos else f"word {tag}" for tag in tags]
    return [
        f"{place}\tw\t_\tNOUN\t_\t_\t{place - 1}\tdep\t_\t{'_' if tag == 'O' else f'name={tag}'}"
        for place, tag in enumerate(tags, start=1)
    ]


def plain(examples):
    return [example.reference.to_json() for example in examples]


def compare(nlp, path, n_sents, *, head, piece, shuffle=False, format="auto"):
    with warnings.catch_warnings():
        # I- that open entities are told by both, of a file and of a pass.
        warnings.simplefilter("ignore")
        expected = plain(Corpus(path, n_sents=n_sents, format=format)(nlp))
        stream = StreamedCorpus(
            path,
            settings=Settings(n_sents),
            shuffle=shuffle,
            piece=piece,
            head=head,
            buffer=200,
            format=format,
        )
        found = plain(stream(nlp))
    if shuffle:
        expected, found = sorted(expected, key=repr), sorted(found, key=repr)
    assert found == expected
    return stream


@pytest.mark.parametrize(("name", "is_conllu"), [("a.iob", False), ("a.conllu", True)])
class TestAllOfAFile:
    @QUICK
    @given(data=st.data(), piece=st.integers(1, 400), n_sents=st.sampled_from([None, 0, 1, 2, 10]))
    def test_documents_that_the_file_marks(self, nlp, tmp_path, name, is_conllu, data, piece, n_sents):
        path = tmp_path / name
        content = data.draw(files(is_marked=True, is_conllu=is_conllu))
        path.write_bytes(content)
        # The beginning holds two marks, and all tags.
        compare(
            nlp,
            path,
            n_sents,
            head=min(len(content) - 1, 700),
            piece=piece,
            shuffle=data.draw(st.booleans()),
            format="conllu" if is_conllu else "iob",
        )

    @QUICK
    @given(data=st.data(), piece=st.integers(1, 400))
    def test_sentences_one_by_one(self, nlp, tmp_path, name, is_conllu, data, piece):
        path = tmp_path / name
        path.write_bytes(data.draw(files(is_marked=False, is_conllu=is_conllu)))
        compare(
            nlp,
            path,
            1,
            head=min(path.stat().st_size - 1, 700),
            piece=piece,
            format="conllu" if is_conllu else "iob",
        )

    @QUICK
    @given(data=st.data(), n_sents=st.sampled_from([None, 0, 2, 7]))
    def test_sentences_together_in_one_piece(self, nlp, tmp_path, name, is_conllu, data, n_sents):
        path = tmp_path / name
        path.write_bytes(data.draw(files(is_marked=False, is_conllu=is_conllu)))
        compare(
            nlp,
            path,
            n_sents,
            head=min(path.stat().st_size - 1, 700),
            piece=1 << 20,
            format="conllu" if is_conllu else "iob",
        )

    @QUICK
    @given(data=st.data(), piece=st.integers(1, 400), n_sents=st.sampled_from([None, 3]))
    def test_sentences_together_are_those_of_a_piece(
        self, nlp, tmp_path, name, is_conllu, data, piece, n_sents
    ):
        """All sentences in their order, and none in two records; the last record of a piece may be shorter."""
        path = tmp_path / name
        path.write_bytes(data.draw(files(is_marked=False, is_conllu=is_conllu)))
        made = {
            "format": "conllu" if is_conllu else "iob",
            "head": min(path.stat().st_size - 1, 700),
            "piece": piece,
        }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sentences = texts(StreamedCorpus(path, settings=Settings(1), shuffle=False, **made)(nlp))
            together = texts(StreamedCorpus(path, settings=Settings(n_sents), shuffle=False, **made)(nlp))
        assert "".join("".join(together).split()) == "".join("".join(sentences).split())
        assert len(together) >= len(sentences) / (n_sents or 10)


def texts(examples):
    return [example.reference.text for example in examples]


def column_file(path, sentences, line="Ada B-PERSON\nwent O\n", *, more=""):
    path.write_text(f"{line}\n" * sentences + more, encoding="utf-8")
    return path


def test_a_pass_is_cut_anywhere(nlp, tmp_path):
    sentence = "Ada NNP B-PERSON\n{} CD O\n\n"
    documents = [
        "-DOCSTART-\n\n" + "".join(sentence.format(f"{n}.{m}") for m in range(n % 4 + 1)) for n in range(20)
    ]
    path = tmp_path / "a.iob"
    path.write_text("".join(documents), encoding="utf-8")

    def make():
        return StreamedCorpus(path, settings=Settings(2), buffer=300, piece=70, head=200)

    np.random.seed(1)
    straight = texts(make()(nlp))
    assert len(straight) == 30 and straight != sorted(straight)
    for after in range(len(straight)):
        np.random.seed(1)
        corpus = make()
        examples = corpus(nlp)
        before = texts(next(examples) for _ in range(after))
        other = make()
        other.restore(corpus.state())
        assert before + texts(other(nlp)) == straight


def test_the_memory_of_a_pass_does_not_depend_on_the_size(nlp, tmp_path):
    """A file of 200 GB that has no content but at its start."""
    path = column_file(tmp_path / "a.iob", 20_000)
    with path.open("r+b") as file:
        file.truncate(200 << 30)
    corpus = StreamedCorpus(path, shuffle=False, piece=10_000, head=10_000)
    assert next(corpus(nlp)).reference.text == " ".join(["Ada went"] * 10)


def test_a_document_that_begins_late_is_refused(nlp, tmp_path):
    path = column_file(tmp_path / "a.iob", 100, more="-DOCSTART- O\n\nBerlin B-PLACE\n")
    for piece in (50, 500, 5000):
        with pytest.raises(DataError, match=r"a\.iob:301: a document begins here.*\n.*n_sents = 1"):
            list(StreamedCorpus(path, piece=piece, head=100)(nlp))
    assert len(list(StreamedCorpus(path, settings=Settings(1), head=100)(nlp))) == 101


def test_a_mark_at_the_start_alone_marks_no_documents(nlp, tmp_path):
    path = tmp_path / "a.iob"
    path.write_text("-DOCSTART- O\n\n" + "Ada B-PERSON\n\n" * 35, encoding="utf-8")
    assert [len(doc.split()) for doc in texts(StreamedCorpus(path, shuffle=False, head=50)(nlp))] == [
        10,
        10,
        10,
        5,
    ]


@pytest.mark.parametrize("top", ["# newdoc\n", "\ufeff# text = x\n# newdoc id = 1\n", "# newdoc\n\n"])
def test_a_mark_at_the_start_of_conllu_marks_a_document(nlp, tmp_path, top):
    path = tmp_path / "a.conllu"
    path.write_text(top + ("1\tAda" + "\t_" * 8 + "\n\n") * 35, encoding="utf-8")
    for n_sents, expected in ((None, [35]), (0, [35]), (20, [20, 15])):
        stream = compare(nlp, path, n_sents, head=50, piece=100)
        assert [len(example.reference) for example in stream(nlp)] == expected


@pytest.mark.parametrize("line", ["Ada B-PERSON\nwent O\n", "Ada NNP B-NP B-PERSON\nwent VBD O O\n"])
def test_tags_of_another_scheme_than_at_the_beginning_are_refused(nlp, tmp_path, line):
    late = line.replace("B-PERSON", "U-PERSON")
    path = column_file(tmp_path / "a.iob", 100, line, more=late)
    with pytest.raises(DataError, match=r"a\.iob:301: U-PERSON is a tag of BILUO or BIOES"):
        list(StreamedCorpus(path, head=100)(nlp))


def test_a_file_without_entities_at_its_beginning_is_read_whole(nlp, tmp_path):
    path = column_file(tmp_path / "a.iob", 100, "Ada O O\n", more="Berlin O U-PLACE\n")
    corpus = StreamedCorpus(path, head=100)
    found = list(corpus(nlp))
    assert sum(len(example.reference.ents) for example in found) == 1
    assert any("read whole" in finding.message for finding in corpus.findings)


def test_bad_lines_are_named_with_their_numbers(nlp, tmp_path):
    more = "Ada B-PERSON\nwent\nto O x y\n\nAda B-PERSON\n\nAda ?\n\n"
    path = column_file(tmp_path / "a.iob", 100, more=more)
    with pytest.raises(DataError) as caught:
        list(StreamedCorpus(path, settings=Settings(1), piece=400, head=100, shuffle=False)(nlp))
    message = str(caught.value)
    assert "line 302" in message and "line 303" in message and "line 307" in message


def test_what_a_whole_pass_took_is_told_once(nlp, tmp_path):
    column_file(tmp_path / "a.iob", 100, "Ada B-PERSON\nBo I-PERSON\nwent O\n")
    column_file(tmp_path / "b.iob", 100, "Ada B-PERSON\nBo I-PERSON\nwent O\n")
    corpus = StreamedCorpus(tmp_path, piece=200, head=100, settings=Settings(2))
    assert len(list(corpus(nlp))) >= 100
    assert next(finding.message.split(": ", 1)[1] for finding in corpus.findings).startswith(
        "2 files: 2 columns, word and BIO tag; 200 sentences; "
    )


def test_tags_that_are_put_right_are_told_of_a_file(nlp, tmp_path):
    path = column_file(tmp_path / "a.iob", 100, "Ada B-PERSON\nwent O\nBerlin I-PLACE\n")
    corpus = StreamedCorpus(path, piece=200, head=100, shuffle=False)
    with pytest.warns(UserWarning, match="opens one; 100 in this file") as told:
        assert sum(len(example.reference.ents) for example in corpus(nlp)) == 200
    assert len(told) == 1
    list(corpus(nlp))


def test_origins_say_the_byte(nlp, tmp_path):
    path = column_file(tmp_path / "a.iob", 12)
    found = [
        example.origin for example in StreamedCorpus(path, settings=Settings(5), shuffle=False, head=50)(nlp)
    ]
    assert found == [f"{path}, byte {place}" for place in (0, 105, 210)]
