"""The tokenizer: splitting by rules, caches, files."""

from __future__ import annotations

import pickle
import re
import string
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kernel.errors import KernelError, KernelWarning
from kernel.tokenizer import (
    Rules,
    Tokenizer,
    compile_infix_regex,
    compile_prefix_regex,
    compile_suffix_regex,
    make_tokenizer,
)
from kernel.tokenizer.chunks import Chunks
from kernel.tokenizer.letters import avoids_letters
from kernel.tokenizer.splitter import Splitter
from kernel.vocab import Vocab
from kernel.vocab.attrs import NORM, ORTH

SPECIALS = {
    "don't": [{"ORTH": "do"}, {"ORTH": "n't", "NORM": "not"}],
    ":)": [{"ORTH": ":)"}],
    "e.g.": [{"ORTH": "e.g."}],
}


def tokenizer(rules=SPECIALS, vocab=None, **settings):
    defaults = {
        "prefix_search": compile_prefix_regex([r"[(\"']", r"\$"]).search,
        "suffix_search": compile_suffix_regex([r"[)\"',.:]", "(?<=[0-9])km"]).search,
        "infix_finditer": compile_infix_regex([r"(?<=[a-z])-(?=[a-z])"]).finditer,
    }
    return Tokenizer(vocab or Vocab(), rules=rules, **{**defaults, **settings})


def words(doc):
    return [token.text for token in doc]


def rebuilt(doc):
    return "".join(token.text + token.whitespace_ for token in doc)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("go (now).", ["go", "(", "now", ")", "."]),
        ("don't", ["do", "n't"]),
        ("(don't)", ["(", "do", "n't", ")"]),
        ("well-known 10km", ["well", "-", "known", "10", "km"]),
        ("e.g. e.g., (e.g.)", ["e.g.", "e.g.", ",", "(", "e.g.", ")"]),
        ("fine:) ok", ["fine", ":)", "ok"]),
        ("$10", ["$", "10"]),
        ("", []),
        ('""', ['"', '"']),
        ("-", ["-"]),
    ],
)
def test_splits_by_rules(text, expected):
    assert words(tokenizer()(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b", [("a", True), ("b", False)]),
        ("a  b", [("a", True), (" ", False), ("b", False)]),
        ("a\n b", [("a", False), ("\n ", False), ("b", False)]),
        ("a \n b", [("a", True), ("\n ", False), ("b", False)]),
        (" a", [(" ", False), ("a", False)]),
        ("a ", [("a", True)]),
        ("a  ", [("a", True), (" ", False)]),
        ("a\xa0b", [("a", False), ("\xa0", False), ("b", False)]),
        (" ", [(" ", False)]),
    ],
)
def test_one_space_belongs_to_its_token_and_other_whitespace_is_a_token(text, expected):
    assert [(token.text, bool(token.whitespace_)) for token in tokenizer()(text)] == expected


TEXTS = st.text(
    st.one_of(
        st.sampled_from(
            list("ab-(). '\n\t :)$1") + ["\xa0", "\x1f", "\x85", "\u2028", "\ud800", "😀", "\u200d"]
        ),
        st.characters(),
    )
)


@settings(deadline=None, max_examples=200)
@given(TEXTS)
@example("\ud83d")
@example("\r\n\x00 \x1c")
def test_never_changes_the_text(text):
    doc = tokenizer()(text)
    assert rebuilt(doc) == text
    assert doc.text == text


@settings(deadline=None, max_examples=50)
@given(st.lists(TEXTS, max_size=5))
def test_a_batch_is_its_texts_one_by_one(texts):
    shared = tokenizer()
    alone = [[(t.text, t.whitespace_, t.norm_) for t in tokenizer()(text)] for text in texts]
    assert [[(t.text, t.whitespace_, t.norm_) for t in doc] for doc in shared.batch(texts)] == alone
    assert [
        [(t.text, t.whitespace_, t.norm_) for t in doc] for doc in shared.pipe(iter(texts), batch_size=2)
    ] == alone


def test_an_empty_batch_has_no_docs():
    assert tokenizer().batch([]) == []
    assert list(tokenizer().pipe([])) == []


def test_a_text_that_is_no_string_is_named():
    with pytest.raises(KernelError, match="text 1 of the batch is None"):
        tokenizer().batch(["a", None])


def test_special_cases_give_norms_to_their_tokens_only():
    norms = [token.norm_ for token in tokenizer()("Don don't n't")]
    assert norms == ["don", "do", "not", "n't"]


def test_an_affix_that_bares_a_special_case_goes_alone():
    special = tokenizer({"'cause": [{"ORTH": "'cause", "NORM": "because"}]})
    assert words(special("'cause, ('cause)")) == ["'cause", ",", "(", "'cause", ")"]


def test_special_cases_with_whitespace():
    special = tokenizer(
        {"New York": [{"ORTH": "New York"}], "a  b": [{"ORTH": "a "}, {"ORTH": " b", "NORM": "b"}]}
    )
    doc = special("in (New York). New Yorker, a  b")
    assert words(doc) == ["in", "(", "New York", ")", ".", "New", "Yorker", ",", "a ", " b"]
    assert rebuilt(doc) == doc.text
    assert doc[2].whitespace_ == ""
    assert doc[-1].norm_ == "b"


@settings(deadline=None, max_examples=100)
@given(st.text(st.sampled_from("ab. \n")))
def test_special_cases_with_whitespace_keep_the_text(text):
    special = tokenizer(
        {"a b": [{"ORTH": "a b"}], "b a.": [{"ORTH": "b "}, {"ORTH": "a."}], " \n": [{"ORTH": " \n"}]}
    )
    assert rebuilt(special(text)) == text


def test_token_match_stops_and_url_match_spares_the_rest():
    plain = tokenizer(token_match=re.compile(r"\(x\)").match, url_match=re.compile(r"[a-z]-[a-z]\Z").match)
    assert words(plain("(x) (a-b) ab-c")) == ["(x)", "(", "a-b", ")", "ab", "-", "c"]
    assert plain.explain("(x) (a-b)") == [
        ("TOKEN_MATCH", "(x)"),
        ("PREFIX", "("),
        ("URL_MATCH", "a-b"),
        ("SUFFIX", ")"),
    ]


def test_explain_names_the_rule_of_every_token():
    assert tokenizer().explain("(don't well-known\n") == [
        ("PREFIX", "("),
        ("SPECIAL-1", "do"),
        ("SPECIAL-2", "n't"),
        ("TOKEN", "well"),
        ("INFIX", "-"),
        ("TOKEN", "known"),
    ]


@given(TEXTS)
@settings(deadline=None, max_examples=50)
def test_explain_agrees_with_the_tokens(text):
    split = tokenizer()
    assert [word for _, word in split.explain(text)] == [t.text for t in split(text) if not t.text.isspace()]


def test_infixes_may_be_empty_and_none_stands_first():
    split = tokenizer(infix_finditer=re.compile(r"x|(?<=a)(?=b)").finditer)
    assert words(split("axb")) == ["a", "x", "b"]
    assert words(split("xb xx ab")) == ["xb", "x", "x", "a", "b"]


def test_no_rules_split_at_whitespace():
    assert words(Tokenizer(Vocab())("(a, b-c)\nd")) == ["(a,", "b-c)", "\n", "d"]


@pytest.mark.parametrize(
    "name", ["prefix_search", "suffix_search", "infix_finditer", "token_match", "url_match"]
)
def test_a_changed_rule_holds_at_once(name):
    split = tokenizer()
    text = "a-b (c-d"
    assert words(split(text)) == ["a", "-", "b", "(", "c", "-", "d"]
    changed = {
        "prefix_search": (None, ["a", "-", "b", "(c", "-", "d"]),
        "suffix_search": (re.compile(r"-b\Z").search, ["a", "-b", "(", "c", "-", "d"]),
        "infix_finditer": (None, ["a-b", "(", "c-d"]),
        "token_match": (re.compile(r"\(").match, ["a", "-", "b", "(c-d"]),
        "url_match": (re.compile("a").match, ["a-b", "(", "c", "-", "d"]),
    }
    value, expected = changed[name]
    setattr(split, name, value)
    assert words(split(text)) == expected
    assert getattr(split, name) is value


def test_a_new_special_case_holds_at_once():
    split = tokenizer()
    assert words(split("gimme gimme.")) == ["gimme", "gimme", "."]
    split.add_special_case("gimme", [{ORTH: "gim"}, {ORTH: "me"}])
    assert words(split("gimme gimme.")) == ["gim", "me", "gim", "me", "."]
    split.rules = {"gimme": [{"ORTH": "gimm"}, {"ORTH": "e"}]}
    assert words(split("gimme don't")) == ["gimm", "e", "don't"]
    assert dict(split.rules) == {"gimme": [{ORTH: "gimm"}, {ORTH: "e"}]}


@pytest.mark.parametrize(
    ("text", "tokens", "message"),
    [
        ("ab", [{"ORTH": "a"}], "spell 'a'"),
        ("ab", [{"ORTH": "ab", "TAG": "X"}], "sets TAG"),
        ("ab", [{"NORM": "ab"}], "as ORTH"),
        ("", [{"ORTH": ""}], "needs a text"),
    ],
)
def test_impossible_special_cases(text, tokens, message):
    with pytest.raises(KernelError, match=message):
        tokenizer().add_special_case(text, tokens)


def test_a_rule_has_to_be_a_function():
    with pytest.raises(KernelError, match="prefix_search has to be a function"):
        tokenizer(prefix_search="[(]")


# Rules


def test_rules_can_be_added_to_any_sequence():
    rules = Rules(("a", "b"))
    assert rules + ("c",) == rules + ["c"] == ("a", "b", "c")
    assert ["c"] + rules == ("c",) + rules == ("c", "a", "b")
    assert isinstance(rules + ["c"], Rules) and isinstance(["c"] + rules, Rules)
    assert isinstance(rules[:1], Rules) and rules[0] == "a"
    with pytest.raises(KernelError, match="sequence"):
        rules + "c"


def test_a_broken_rule_is_named():
    with pytest.raises(KernelError, match=r"Rule 1 of the tokenizer's suffixes .*'\(b'"):
        compile_suffix_regex(["a", "(b"])


def test_alternatives_inside_a_rule_stay_inside():
    assert compile_prefix_regex(["a|b", "c"]).search("xb") is None
    assert compile_suffix_regex(["a|b$", "c"]).search("ax") is None
    assert compile_prefix_regex([]).search("x") is None


@pytest.mark.parametrize(
    ("pattern", "proved"),
    [
        (r"^[(.]", True),
        (r"(?<=[0-9])km\Z", True),
        (r"(?<=[a-z])-(?=[a-z])", True),
        (r"\.\.+|[,;]|\d+x|[^\w\s]", True),
        (r"(?:--)+~*", True),
        ("(?!)", True),
        ("[a-c]", False),
        ("x", False),
        (r"(?i)\.?x", False),
        ("a|-", False),
        (r"(?<![a-z])", False),
        (r"-*", False),
        ("[^-]", False),
        (r"(?a:\W)", False),
        (r"(-)?(?(1)x|y)", False),
    ],
)
def test_which_expressions_avoid_letters(pattern, proved):
    assert avoids_letters(re.compile(pattern).search) is proved


PARTS = st.sampled_from(
    [r"\.", "-+", "[0-9]", "[a-z]", "x", "(?<=1)km", "(?<=a)b", r"\W", r"\w", "[^a]", "(?=-)", "(?!-)", "a?", r"\d{0,2}", "(?i:K)", "ſ"]
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.lists(PARTS, min_size=1, max_size=3), min_size=1, max_size=3),
    st.text(st.characters(categories=["L"])),
)
def test_what_avoids_letters_finds_nothing_in_letters(alternatives, letters):
    search = re.compile("|".join("".join(parts) for parts in alternatives)).search
    if avoids_letters(search):
        assert search(letters) is None


def test_unknown_functions_are_not_taken_for_harmless():
    split = tokenizer(prefix_search=lambda text: re.match("ab", text))
    assert words(split("abc")) == ["ab", "c"]


# Caches


def test_chunks_are_bounded_and_long_ones_are_not_kept():
    chunks = Chunks(Splitter({}, None, None, None, None, None), Vocab().lexemes, limit=3)
    for word in ("a", "b", "c", "d", "e", "x" * 1000):
        assert len(chunks[word]) == 4
        assert len(chunks) <= 3
    assert "x" * 1000 not in chunks


def test_a_tiny_cache_changes_nothing():
    texts = [f"w{number} (x{number % 7})\n don't" for number in range(50)]
    assert [words(d) for d in tokenizer(max_cache=2).batch(texts)] == [
        words(d) for d in tokenizer().batch(texts)
    ]


def test_documents_outlive_the_generation_of_their_words():
    vocab = Vocab(lexeme_limit=20)
    split = tokenizer(vocab=vocab)
    texts = [" ".join(f"w{number}x{part}" for part in "abcde") for number in range(30)]
    docs = [split(text) for text in texts]
    assert [rebuilt(doc) for doc in docs] == texts


def test_threads_share_a_tokenizer():
    split = tokenizer(vocab=Vocab(lexeme_limit=200), max_cache=50)
    texts = [f"a{number} (b{number}-c) gimme don't" for number in range(300)]

    def work(part):
        if part == 3:
            split.add_special_case("gimme", [{"ORTH": "gim"}, {"ORTH": "me"}])
        return [rebuilt(doc) for doc in split.pipe(texts, batch_size=10)]

    with ThreadPoolExecutor(6) as pool:
        assert all(result == texts for result in pool.map(work, range(6)))
    assert words(split("gimme")) == ["gim", "me"]


# Files


def test_bytes_keep_the_tokenizer():
    split = tokenizer(
        token_match=re.compile("(?i)AB").match,
        url_match=re.compile("http", re.IGNORECASE).match,
    )
    data = split.to_bytes()
    other = Tokenizer(Vocab()).from_bytes(data)
    text = "(don't ab-c Ab HTTP(-) well-known 10km:)"
    assert words(other(text)) == words(split(text))
    assert [t.norm_ for t in other(text)] == [t.norm_ for t in split(text)]
    assert other.to_bytes() == data
    assert tokenizer(dict(reversed(SPECIALS.items()))).to_bytes() == tokenizer().to_bytes()


def test_a_file_keeps_the_tokenizer(tmp_path):
    split = tokenizer()
    split.to_disk(tmp_path / "tokenizer")
    assert words(Tokenizer(Vocab()).from_disk(tmp_path / "tokenizer")("(don't")) == ["(", "do", "n't"]
    with pytest.raises(KernelError, match="missing"):
        split.from_disk(tmp_path / "missing")


@pytest.mark.parametrize("data", [b"", b"\xc1", b"[1]", b"\x01"])
def test_other_bytes_are_no_tokenizer(data):
    with pytest.raises(KernelError, match="not a tokenizer file"):
        Tokenizer(Vocab()).from_bytes(data)


def test_parts_can_be_excluded():
    split = Tokenizer(Vocab()).from_bytes(tokenizer().to_bytes(exclude=["infix_finditer", "exceptions"]))
    assert words(split("(a-b don't")) == ["(", "a-b", "don't"]


@pytest.mark.parametrize("method", ["match", "fullmatch", "search"])
@pytest.mark.parametrize("name", ["token_match", "prefix_search"])
def test_whatever_method_is_a_rule_does_the_same_after_loading(name, method):
    if (name, method) == ("token_match", "search"):
        method = "fullmatch"
    pattern = re.compile(r"\(a|b\)")
    split = Tokenizer(Vocab(), suffix_search=re.compile(r"\)\Z").search, **{name: getattr(pattern, method)})
    other = Tokenizer(Vocab()).from_bytes(split.to_bytes())
    text = "(a (ab) b) xb) b)b)"
    assert words(other(text)) == words(split(text))


def test_a_function_of_ones_own_is_not_lost_in_silence():
    split = tokenizer(token_match=lambda text: None)
    with pytest.warns(KernelWarning, match="token_match is not saved"):
        data = split.to_bytes()
    assert split.to_bytes(exclude=["token_match"]) == data
    function = re.compile("x").match
    assert tokenizer(token_match=function).from_bytes(data).token_match is function


def starts_with_x(text):
    return text.startswith("x")


def test_a_function_of_ones_own_is_pickled():
    split = pickle.loads(pickle.dumps(tokenizer(token_match=starts_with_x)))
    assert words(split("x(a) (a)")) == ["x(a)", "(", "a", ")"]


def test_a_tokenizer_can_be_pickled():
    assert words(pickle.loads(pickle.dumps(tokenizer()))("(don't")) == ["(", "do", "n't"]


# The registered factory


def test_the_factory_takes_the_rules_of_the_language():
    class Pipeline:
        vocab = Vocab()

        class Defaults:
            tokenizer_exceptions = SPECIALS
            prefixes = Rules((r"\(",))
            suffixes = Rules() + [r"-+$"]
            infixes = ()
            token_match = None
            url_match = None

    assert words(make_tokenizer()(Pipeline())("(don't a--")) == ["(", "do", "n't", "a", "--"]


def test_letters_are_never_split_by_rules_about_other_things():
    split = tokenizer()
    assert words(split(f"{string.ascii_letters} größe ſtraße 日本語")) == [
        string.ascii_letters,
        "größe",
        "ſtraße",
        "日本語",
    ]
    assert NORM in split.rules["don't"][1]


@pytest.mark.parametrize("pairs", [10, 3000])
def test_a_chunk_of_any_number_of_affixes_is_stripped_to_its_core(pairs):
    core = "Word" * 200
    split = tokenizer(rules={":)": [{"ORTH": ":)"}], "x(": [{"ORTH": "x("}]})
    assert words(split("(" * pairs + core + ")" * pairs)) == ["("] * pairs + [core] + [")"] * pairs
    assert words(split("(" * pairs + "x(")) == ["("] * pairs + ["x("]
    assert words(split("(" * pairs + core + "-" + core)) == ["("] * pairs + [core + "-" + core]
