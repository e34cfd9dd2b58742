"""Word pieces of documents, and which token has which."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel.vocab import Vocab

from .oracle import expected, library_pieces
from .small import TOKENIZERS, save_tokenizer

pytest.importorskip("tokenizers")

from kernel_transformers.pieces.encode import encode, spans_of
from kernel_transformers.pieces.pieces import Pieces
from kernel_transformers.pieces.tokenizer import PieceTokenizer

# Ligatures, letters that grow or shrink when they are lower-cased or normalised, marks, joiners, emoji, spaces of all kinds, halves
# of pairs, scripts from right to left.
ODD = "ﬁﬃ㍿½İıßẞΣςÅåe\u0301\u0308\u200d\u200b\u00ad\u2060👩🏽🚀🇩🇪\t\n\r\u00a0\u3000\x00\ud800\udc00אבג\u05b0مرحبا東京\ufeff\ufffd▁Ġ##'[]<>"
VOCAB = Vocab()

pytestmark = pytest.mark.filterwarnings("ignore:.*longer than its limit:kernel.errors.KernelWarning")

words = st.one_of(
    st.text(alphabet=st.sampled_from(ODD), min_size=1, max_size=6),
    st.text(min_size=1, max_size=4),
    st.sampled_from(
        ["the", "Players", "unbelievable", " ", "   ", "[SEP]", "</s>", "a" * 150, "don't", "x" * 30]
    ),
)
documents = st.lists(st.tuples(words, st.booleans()), max_size=12)


@st.composite
def batches(draw):
    docs, spans = [], []
    for parts in draw(st.lists(documents, max_size=4)):
        doc = Doc(VOCAB, [word for word, _ in parts], [space for _, space in parts])
        border = st.integers(0, len(doc))
        pairs = draw(st.lists(st.tuples(border, border), max_size=4))
        docs.append(doc)
        spans.append([doc[min(pair) : max(pair)] for pair in pairs])
    return docs, spans


@pytest.fixture(scope="module", params=sorted(TOKENIZERS))
def tokenizer(request, tmp_path_factory):
    folder = save_tokenizer(tmp_path_factory.mktemp(request.param), TOKENIZERS[request.param]())
    return PieceTokenizer.from_folder(folder)


def tokens(batch):
    ends = np.cumsum(batch.align_lengths)
    return [
        batch.align_rows[end - n : end].tolist() for end, n in zip(ends, batch.align_lengths, strict=True)
    ]


def windows(batch):
    ends = np.cumsum(batch.lengths)
    return [batch.ids[end - n : end].tolist() for end, n in zip(ends, batch.lengths, strict=True)]


def check(tokenizer, docs, spans):
    batch = encode(tokenizer, docs, spans)
    ids, rows = expected(tokenizer, docs, spans)
    assert windows(batch) == ids
    assert tokens(batch) == rows
    assert batch.align_rows.dtype == batch.ids.dtype == np.int64
    return batch


def read(words, spaces=None):
    return Doc(VOCAB, words, spaces)


@given(batch=batches(), longest=st.sampled_from([6, 9, 64]))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_and_any_spans_are_as_one_by_one(tokenizer, batch, longest):
    docs, spans = batch
    tokenizer.max_length = longest
    found = check(tokenizer, docs, spans)
    covered = {(n, i) for n, parts in enumerate(spans) for span in parts for i in range(span.start, span.end)}
    places = [(n, i) for n, doc in enumerate(docs) for i in range(len(doc))]
    assert [bool(rows) for rows in tokens(found)] == [place in covered for place in places]
    again = encode(tokenizer, docs, spans, cached=True)
    assert windows(again) == windows(found) and tokens(again) == tokens(found)
    assert found.lengths.max(initial=0) <= longest


WORDS = ["the", "players", "unbelievable", "walk", "over", "Berlin", ",", "don't", "3.50", "!"]


def long_doc(tokens):
    return read([WORDS[i % len(WORDS)] for i in range(tokens)], [i % 3 != 0 for i in range(tokens)])


@pytest.mark.parametrize("longest", [512, 64, 5])
def test_a_document_of_20000_tokens_is_read_whole(tokenizer, longest):
    tokenizer.max_length = longest
    doc = long_doc(20_000)
    batch = encode(tokenizer, [doc], [[doc[:]]])
    assert batch.cut == 1 and batch.lengths.max() == longest
    assert batch.align_lengths.all()
    # As the library alone cuts the whole text; what stands for a space alone is no token's.
    text = doc.text
    pieces = [number for number, start, end in library_pieces(tokenizer, text) if text[start:end].strip()]
    used = np.unique(batch.align_rows)
    assert batch.ids[used].tolist() == pieces
    # A quarter of two neighbouring windows is the same text at least.
    before, after = len(tokenizer.prefix), len(tokenizer.suffix)
    first, second = (batch.ids[i * longest : (i + 1) * longest] for i in range(2))
    shared = tokenizer.capacity // 4
    content = first[before : longest - after].tolist()
    assert not shared or any(
        content[-n:] == second[before : before + n].tolist() for n in range(shared, tokenizer.capacity + 1)
    )


@pytest.mark.parametrize(
    ("words", "spaces"),
    [
        (["👩🏽‍🚀", "🇩🇪", "👨‍👩‍👧‍👦", "🚀" * 40, "☺️"], None),
        (["x" * 3000, "end"], None),
        (["東" * 3000], [False]),
        ([" ", "   ", "\n", "\t\t"], [False, True, False, False]),
        (["   "], [False]),
        (["\u200d"], [False]),
        (["שָׁלוֹם", "עולם", "!"], [True, False, False]),
        (["مَرْحَبًا", "بالعالم", "،"], [True, False, False]),
        (["ﬁnally", "ﬂoor", "㍿", "½", "ﷺ"], None),
        (["İstanbul", "İİİ", "ẞ", "ǅ"], None),
        (["e\u0301\u0323", "q\u0307\u0323", "\u0301", "A\u030a"], [False, True, True, False]),
        (["a\u200db", "c\u200c", "\u200e", "d"], None),
        (["\x00", "\x07", "a"], None),
        (["\ud83d", "\ude00", "ok\udfff"], [False, True, False]),
        ([".", "..", "..."], [False, False, False]),
    ],
)
@pytest.mark.parametrize("longest", [64, 7])
def test_hard_texts_lose_nothing(tokenizer, words, spaces, longest):
    tokenizer.max_length = longest
    doc = read(words, spaces)
    batch = check(tokenizer, [doc], [[doc[:]]])
    assert batch.align_lengths.all()
    parts = check(tokenizer, [doc, doc], [[doc[i : i + 1] for i in range(len(doc))], []])
    assert parts.align_lengths[: len(doc)].all() and not parts.align_lengths[len(doc) :].any()


def test_gaps_and_overlaps(tokenizer):
    tokenizer.max_length = 64
    doc = long_doc(12)
    spans = [doc[6:9], doc[1:4], doc[2:7], doc[5:5], doc[2:7]]
    batch = check(tokenizer, [doc], [spans])
    assert (batch.align_lengths == 0).tolist() == [i in (0, 9, 10, 11) for i in range(12)]
    assert batch.window_spans.tolist() == [0, 1, 2, 4]


def test_a_token_that_has_pieces_in_one_span_only_has_them_in_the_order_of_the_spans(tokenizer):
    tokenizer.max_length = 64
    doc = read(["the", "  ", "fox"], [False, False, False])
    for spans in ([doc[:2], doc[:], doc[1:2]], [doc[:], doc[:2], doc[1:]]):
        check(tokenizer, [doc], [spans])


def test_what_comes_before_the_first_piece_takes_the_last_special_one(tmp_path):
    from tokenizers import processors

    made = TOKENIZERS["wordpiece"]()
    ends = [(name, made.token_to_id(name)) for name in ("[CLS]", "[MASK]", "[SEP]")]
    made.post_processor = processors.TemplateProcessing(single="[CLS] [MASK] $A [SEP]", special_tokens=ends)
    tokenizer = PieceTokenizer.from_folder(save_tokenizer(tmp_path, made))
    doc = read([" ", "the"], [False, False])
    batch = check(tokenizer, [doc], [[doc[:]]])
    assert tokenizer.strings(batch.ids[batch.align_rows[:1]]) == ["[MASK]"]


def test_pieces_may_lie_out_of_order(tmp_path, monkeypatch):
    tokenizer = PieceTokenizer.from_folder(save_tokenizer(tmp_path, TOKENIZERS["wordpiece"]()))
    doc = read(["ab", " ", "cd"], [False, False, False])
    # As if a normaliser had exchanged the two words: the third comes first, and nothing is left of the spaces.
    table = np.array([[7, 8], [3, 0], [5, 2]], dtype=np.int32)
    monkeypatch.setattr(tokenizer, "encode", lambda texts, cached: Pieces(table, np.array([2])))
    batch = encode(tokenizer, [doc], [[doc[:]]])
    assert tokens(batch) == [[2], [0], [1]]


def test_documents_keep_their_rows(tokenizer):
    tokenizer.max_length = 16
    docs = [long_doc(5), read([]), long_doc(40), read(["end"])]
    spans = [[doc[:]] if len(doc) else [] for doc in docs]
    batch = check(tokenizer, docs, spans)
    alone = [encode(tokenizer, [doc], [own]) for doc, own in zip(docs, spans, strict=True)]
    assert np.diff(batch.doc_windows).tolist() == [len(each) for each in alone]
    assert np.diff(batch.doc_rows).tolist() == [len(each.ids) for each in alone]
    for each, start, end in zip(alone, batch.doc_rows[:-1], batch.doc_rows[1:], strict=True):
        assert batch.ids[start:end].tolist() == each.ids.tolist()
    np.testing.assert_array_equal(batch.align_lengths, np.concatenate([each.align_lengths for each in alone]))
    shifted = [each.align_rows + start for each, start in zip(alone, batch.doc_rows[:-1], strict=True)]
    np.testing.assert_array_equal(batch.align_rows, np.concatenate(shifted))


def test_the_padded_form_has_the_same_rows(tokenizer):
    tokenizer.max_length = 64
    docs = [long_doc(5), long_doc(2)]
    batch = encode(tokenizer, docs, [[doc[:]] for doc in docs])
    assert batch.input_ids.shape == batch.attention_mask.shape == (2, batch.width)
    assert batch.input_ids[batch.attention_mask == 1].tolist() == batch.ids.tolist()
    assert set(batch.input_ids[batch.attention_mask == 0].tolist()) <= {tokenizer.pad_id}
    assert [len(row) for row in batch.strings] == [batch.width] * 2
    assert batch.strings[0][: batch.lengths[0]] == tokenizer.strings(batch.ids[: batch.lengths[0]])
    assert batch.token_type_ids is None and len(batch) == 2


@pytest.mark.parametrize("docs", [[], [[]], [[], []]])
def test_nothing_is_an_empty_batch(tokenizer, docs):
    batch = encode(tokenizer, [read(words) for words in docs], [[] for _ in docs])
    assert len(batch) == len(batch.ids) == len(batch.align_rows) == batch.width == 0
    assert batch.doc_windows.tolist() == batch.doc_rows.tolist() == [0] * (len(docs) + 1)
    assert batch.strings == [] and batch.input_ids.shape == (0, 0)


def test_spans_of_other_documents_are_refused(tokenizer):
    one, two = long_doc(3), long_doc(3)
    with pytest.raises(DataError, match="a span of another text for document 1: 'the"):
        encode(tokenizer, [one, two], [[one[:]], [one[:]]])
    with pytest.raises(DataError, match="gave spans of 1 documents for 2"):
        encode(tokenizer, [one, two], [[one[:]]])


def test_segments_that_are_not_0_are_kept(tmp_path):
    from tokenizers import processors

    made = TOKENIZERS["wordpiece"]()
    ends = [(name, made.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    made.post_processor = processors.TemplateProcessing(single="$A:0 [SEP]:0 [CLS]:2", special_tokens=ends)
    tokenizer = PieceTokenizer.from_folder(save_tokenizer(tmp_path, made))
    doc = long_doc(3)
    batch = encode(tokenizer, [doc], [[doc[:2], doc[:]]])
    assert [kinds for kinds in batch.token_type_ids.tolist()] == [
        [0] * int(batch.lengths[0] - 1) + [2] + [0] * int(batch.lengths[1] - batch.lengths[0]),
        [0] * int(batch.lengths[1] - 1) + [2],
    ]
    assert windows(batch)[0][-1] == made.token_to_id("[CLS]")
    # Nothing stands before a text: what has no piece takes the first one.
    blank = read([" ", "the"], [False, False])
    found = encode(tokenizer, [blank], [[blank[:]]])
    assert found.align_rows.tolist()[0] == 0


@pytest.mark.parametrize(
    ("getter", "message"),
    [
        (lambda docs: None, "gave an object of type NoneType"),
        (lambda docs: {0: [docs[0][:]]}, "gave an object of type dict"),
        (lambda docs: [None for _ in docs], "gave an object of type NoneType for document 0"),
        (lambda docs: [doc[:] for doc in docs], "gave an object of type Span for document 0"),
        (lambda docs: list(docs), "gave an object of type Doc for document 0"),
        (lambda docs: [[docs[0][:]], list(docs[1])], "gave an object of type Token among the spans of document 1"),
        (lambda docs: [[(0, 2)] for _ in docs], "gave an object of type tuple among"),
        (lambda docs: [[docs[0][:], None], []], "gave an object of type NoneType among"),
    ],
)  # fmt: skip
def test_what_a_span_getter_may_not_give(getter, message):
    docs = [Doc(Vocab(), words=["a", "b"]), Doc(Vocab(), words=["c"])]
    with pytest.raises(DataError, match=message) as caught:
        spans_of(getter, docs)
    assert "a list of spans for each document" in caught.value.hint


def test_a_span_getter_may_give_generators():
    docs = [Doc(Vocab(), words=["a", "b"]), Doc(Vocab(), words=["c"])]
    found = spans_of(lambda docs: ((doc[at : at + 1] for at in range(len(doc))) for doc in docs), docs)
    assert [[span.text for span in spans] for spans in found] == [["a", "b"], ["c"]]


@given(batch=batches(), longest=st.sampled_from([5, 6, 9]), gaps=st.booleans())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_truncated_spans_lose_what_is_behind_the_limit(tokenizer, batch, longest, gaps):
    docs, spans = batch
    tokenizer.max_length = 1 << 20
    whole, rows = expected(tokenizer, docs, spans, gaps)
    tokenizer.max_length = longest
    found = encode(tokenizer, docs, spans, truncate=True, gaps=gaps)
    assert windows(found) == [ids[:longest] for ids in whole]
    assert found.cut == sum(len(ids) > longest for ids in whole)
    # Where each row of the whole lies now, if it is there.
    now, old, new = {}, 0, 0
    for ids in whole:
        now |= {old + i: new + i for i in range(min(len(ids), longest))}
        old, new = old + len(ids), new + min(len(ids), longest)
    assert tokens(found) == [[now[row] for row in each if row in now] for each in rows]
    assert found.doc_rows.tolist() == np.cumsum([0, *found.lengths])[found.doc_windows].tolist()
