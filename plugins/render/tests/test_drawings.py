"""Drawings as a browser reads them: what is annotated is there, where it is, and nothing else."""

import itertools
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kernel
from kernel import displacy
from kernel.errors import KernelWarning, UsageError, WrongType
from kernel.tokens import Doc, Span

from .browser import by_class, check_harmless, read, text_of


def marks(markup):
    return [
        (text_of(each).partition("\xa0")[0], text_of(each).partition("\xa0")[2])
        for each in by_class(read(markup), "entity")
    ]


def test_entities(doc):
    markup = displacy.render(doc, style="ent")
    assert marks(markup) == [("Ada Lovelace", "PERSON Q7259"), ("London", "GPE")]
    assert (
        text_of(by_class(read(markup), "entities")[0])
        == "Ada Lovelace\xa0PERSON Q7259 wrote notes in London\xa0GPE."
    )
    assert displacy.render(doc, style="ent", options={"ents": ["gpe"]}).count("<mark") == 1


def test_links_lead_to_the_web_only(doc):
    linked = displacy.render(doc, style="ent", options={"kb_url_template": "https://example.org/{}"})
    assert 'href="https://example.org/Q7259"' in linked and "noopener" in linked
    for template in (
        "javascript:alert('{}')",
        "data:text/html,{}",
        "//example.org/{}",
        "/{}",
        "https:{}",
        " java\nscript:{}",
    ):
        assert "href" not in displacy.render(doc, style="ent", options={"kb_url_template": template})
    data = {
        "text": "a",
        "ents": [{"start": 0, "end": 1, "label": "X", "kb_id": "Q", "kb_url": "javascript:1"}],
    }
    shown = displacy.render(data, style="ent", manual=True)
    assert "Q" in text_of(read(shown)) and "href" not in shown


@pytest.mark.parametrize("known", ["evil.com/", "evil.com#", "a@evil.com?", "evil.com\\", "\ud800/é"])
def test_no_id_leads_to_another_host(doc, known):
    doc.ents = [Span(doc, 0, 2, "PERSON", kb_id=known)]
    linked = displacy.render(doc, style="ent", options={"kb_url_template": "https://{}.example.org"})
    (address,) = re.findall(r'href="([^"]*)"', linked)
    host = address.removeprefix("https://")
    assert host.endswith(".example.org") and not set(host) & set("/#?@\\")


@pytest.mark.parametrize("template", ["https://{}.org/{}", "https://e.org/{name}", "https://e.org/{"])
def test_a_template_without_one_place_for_the_id_has_one_message(doc, template):
    with pytest.raises(UsageError, match="has not one {} for the id"):
        displacy.render(doc, style="ent", options={"kb_url_template": template})


def test_lines_and_spaces_are_as_they_were(vocab):
    text = " a\n\nb\tc  d\r\ne "
    markup = displacy.render(
        {"text": text, "ents": [{"start": 1, "end": 4, "label": "X"}]}, style="ent", manual=True
    )
    assert "\n" not in markup, "scripts take out ends of lines, and lose nothing"
    assert text_of(read(markup)).strip("\n").replace("\xa0X", "") == text.replace("\r", "")


def test_a_template_of_the_caller_is_filled_with_what_is_escaped(doc):
    own = '<u class="{label}" style="background: {bg}">{text}{kb_link}|{note}</u>'
    data = {"text": "<b> x", "ents": [{"start": 0, "end": 3, "label": '"><i', "params": {"note": "<&"}}]}
    shown = displacy.render(data, style="ent", manual=True, options={"template": own})
    assert '<u class="&#34;&gt;&lt;i"' in shown and "&lt;b&gt;|&lt;&amp;</u> x" in shown
    linked = displacy.render(
        doc,
        style="ent",
        options={"template": "<u>{text}{kb_link}</u>", "kb_url_template": "https://e.org/{}"},
    )
    assert (
        '<u>Ada Lovelace <a style="text-decoration: none; color: inherit; font-weight: normal" href="https://e.org/Q7259">Q7259</a></u>'
        in linked
    )
    with pytest.raises(UsageError, match="template"):
        displacy.render(doc, style="ent", options={"template": "<u>{nothing}</u>"})


@pytest.mark.parametrize(
    ("entities", "message"),
    [
        ([(0, 3), (2, 4)], "overlaps the one before it, which ends at 3"),
        ([(0, 9)], "outside of the text of 4 characters"),
        ([(-1, 2)], "outside of the text"),
        ([(3, 2)], "outside of the text"),
    ],
)
def test_entities_that_can_t_be_drawn(entities, message):
    data = {"text": "abcd", "ents": [{"start": start, "end": end, "label": "X"} for start, end in entities]}
    with pytest.raises(UsageError, match=message):
        displacy.render(data, style="ent", manual=True)


def spans_of(markup):
    """(words, label, row) of each span, by the bars under the words."""
    found, open_ = [], {}
    for token in by_class(read(markup), "span-token"):
        word, *cells = list(token)
        bars = {row: cell for row, cell in enumerate(cells) if "span-" in (cell.get("class") or "")}
        for row in [row for row in open_ if row not in bars or "span-start" in bars[row].get("class")]:
            found.append(open_.pop(row))
        for row, cell in bars.items():
            if "span-start" in cell.get("class"):
                open_[row] = ([], text_of(cell), row)
            open_[row][0].append(text_of(word).strip())
    return sorted((" ".join(words), label, row) for words, label, row in [*found, *open_.values()])


def test_spans(doc):
    assert spans_of(displacy.render(doc, style="span")) == [
        ("Ada Lovelace", "PERSON", 1),
        ("Ada Lovelace wrote notes in London", "CLAUSE", 0),
        ("Lovelace wrote notes", "ODD", 2),
    ]


@given(st.data())
def test_any_spans_are_read_as_they_were_given(data):
    words = [f"w{place}" for place in range(data.draw(st.integers(1, 12)))]
    bounds = st.tuples(st.integers(0, len(words) - 1), st.integers(0, len(words) - 1)).map(sorted)
    given_ = data.draw(st.lists(bounds, max_size=8))
    spans = [{"start_token": a, "end_token": b + 1, "label": f"L{n}"} for n, (a, b) in enumerate(given_)]
    markup = displacy.render({"tokens": words, "spans": spans}, style="span", manual=True)
    assert [(text, label) for text, label, _ in spans_of(markup)] == sorted(
        (" ".join(words[each["start_token"] : each["end_token"]]), each["label"]) for each in spans
    )


def test_a_span_may_begin_at_the_end_of_a_line(vocab):
    doc = Doc(vocab, ["a", "\n", "b"], [False, False, False])
    doc.spans["sc"] = [Span(doc, 1, 3, "X")]
    markup = displacy.render(doc, style="span")
    assert spans_of(markup) == [("↵ b", "X", 0)] and "</span>&#10;<span" in markup


def test_spans_with_distances(doc):
    options = {"top_offset": 44, "top_offset_step": 21.5, "span_label_offset": 7}
    shown = displacy.render(doc, style="span", options=options)
    assert "min-height: 44px" in shown and "height: 21.5px" in shown and "padding-bottom: 7px" in shown
    with pytest.raises(UsageError, match="the option top_offset: 'x' is no number"):
        displacy.render(doc, style="span", options={"top_offset": "x"})


@pytest.mark.parametrize("span", [(0, 3), (1, 1), (-1, 1)])
def test_spans_that_can_t_be_drawn(span):
    data = {"tokens": ["a", "b"], "spans": [{"start_token": span[0], "end_token": span[1], "label": "X"}]}
    with pytest.raises(UsageError, match="doesn't lie in the text of 2 tokens"):
        displacy.render(data, style="span", manual=True)


def svg_of(markup):
    root = ElementTree.fromstring(markup)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def test_a_tree(doc):
    root = svg_of(
        displacy.render(doc, options={"collapse_punct": False, "add_lemma": True, "fine_grained": True})
    )
    assert [text_of(each) for each in by_class(root, "displacy-word")] == [token.text for token in doc]
    assert [text_of(each) for each in by_class(root, "displacy-lemma")] == [token.lemma_ for token in doc]
    assert [text_of(each) for each in by_class(root, "displacy-tag")] == [token.tag_ for token in doc]
    arcs = [
        (each.get("data-head"), each.get("data-dependent"), text_of(each))
        for each in by_class(root, "displacy-arrow")
    ]
    assert arcs == [(str(t.head.i), str(t.i), t.dep_) for t in doc if t.head.i != t.i]
    assert (
        root.get("role") == "img"
        and text_of(root.find("title")) == f"Dependency tree: {' '.join(t.text for t in doc)} "
    )
    assert "Lovelace is nsubj of wrote." in text_of(root.find("desc"))


def test_what_a_tree_merges(doc):
    words = [word["text"] for word in displacy.parse_deps(doc)["words"]]
    assert words == ["Ada", "Lovelace", "wrote", "notes", "in", "London."]
    assert len(doc) == 7, "the document is as it was"
    pizza = Doc(
        doc.vocab,
        ["the", "old", "dog", "barks"],
        heads=[2, 2, 3, 3],
        deps=["det", "amod", "nsubj", "ROOT"],
        pos=["DET", "ADJ", "NOUN", "VERB"],
    )
    parsed = displacy.parse_deps(pizza, {"collapse_phrases": True})
    assert [word["text"] for word in parsed["words"]] == ["the old dog", "barks"]
    assert parsed["arcs"] == [{"start": 0, "end": 1, "label": "nsubj", "dir": "left"}]


def boxes(root):
    """Of each word (left, right), by its middle and the width of a usual font."""
    return [(float(each.get("x")), len(text_of(each)) * 5.0) for each in by_class(root, "displacy-word")]


@given(st.integers(2, 12), st.data())
def test_words_of_a_tree_don_t_overlap_and_arcs_point_at_their_words(number, data):
    words = [data.draw(st.text(alphabet="abcdefg", min_size=1, max_size=20)) for _ in range(number)]
    ends = st.lists(st.integers(0, number - 1), min_size=2, max_size=2, unique=True).map(sorted)
    arcs = [
        {
            "start": start,
            "end": end,
            "label": "long label" * (n % 2) + str(n),
            "dir": data.draw(st.sampled_from(["left", "right"])),
        }
        for n, (start, end) in enumerate(data.draw(st.lists(ends, max_size=12)))
    ]
    for direction in ("ltr", "rtl"):
        parsed = {
            "words": [{"text": word, "tag": ""} for word in words],
            "arcs": arcs,
            "settings": {"direction": direction},
        }
        root = svg_of(displacy.render(parsed, manual=True))
        places = [middle for middle, _ in boxes(root)]
        assert places == sorted(places, reverse=direction == "rtl")
        for (one, half), (other, other_half) in zip(boxes(root), boxes(root)[1:], strict=False):
            assert abs(other - one) > half + other_half
        assert 0 <= min(places) and max(places) <= float(root.get("width"))
        for arc, drawn in zip(arcs, by_class(root, "displacy-arrow"), strict=True):
            path = [float(each) for each in drawn[0].get("d").replace("M", "").replace("V", "").split()[0:1]]
            tip = float(drawn[1].get("d")[1:].split()[0])
            head, dependent = (
                (arc["end"], arc["start"]) if arc["dir"] == "left" else (arc["start"], arc["end"])
            )
            assert abs(tip - places[dependent]) < abs(tip - places[head]), (path, tip)


def test_options_of_trees(doc):
    shown = displacy.render(
        doc, options={"distance": 100, "compact": True, "color": "white", "bg": "#09a3d5", "font": "Georgia"}
    )
    assert "background: #09a3d5" in shown and "color: white" in shown and "font-family: Georgia" in shown
    middles = [middle for middle, _ in boxes(svg_of(shown))]
    assert {round(b - a, 1) for a, b in itertools.pairwise(middles)} == {100.0}
    for option, value in (("color", "red;x"), ("bg", "url(x)"), ("font", "a;b"), ("arrow_width", "wide")):
        with pytest.raises(UsageError, match=f"the option {option}"):
            displacy.render(doc, options={option: value})


@pytest.mark.parametrize(
    ("arc", "message"),
    [
        ({"start": 0, "end": 2, "label": "x", "dir": "left"}, "doesn't lie within the 2 words"),
        ({"start": 1, "end": 0, "label": "x", "dir": "left"}, "doesn't lie within"),
        ({"start": -1, "end": 1, "label": "x", "dir": "left"}, "doesn't lie within"),
        ({"start": 0, "end": 1, "label": "x", "dir": "up"}, "can be 'left' or 'right'"),
    ],
)
def test_arcs_that_can_t_be_drawn(arc, message):
    with pytest.raises(UsageError, match=message):
        displacy.render(
            {"words": [{"text": "a", "tag": ""}, {"text": "b", "tag": ""}], "arcs": [arc]}, manual=True
        )


def test_categories(doc):
    rows = [
        [text_of(cell) for cell in row]
        for row in by_class(read(displacy.render(doc, style="cat")), "category")
    ]
    assert [row[:2] for row in rows] == [["history", "0.900"], ["sport", "0.100"]]


def test_directions_and_languages(doc):
    arabic = Doc(kernel.blank("xx").vocab, ["محمود", "درويش"])
    assert displacy.get_doc_settings(arabic) == {"lang": "xx", "direction": "rtl"}
    assert displacy.get_doc_settings(doc) == {"lang": "en", "direction": "ltr"}
    arabic.ents = [Span(arabic, 0, 2, "PERSON")]
    shown = displacy.render(arabic, style="ent", page=True)
    assert '<html lang="en" dir="rtl">' in shown and '<div class="entities" dir="rtl"' in shown
    assert 'lang="en"' in displacy.render(doc, style="ent") and '<mark class="entity" dir="auto"' in shown


def test_words_that_run_against_the_text_keep_their_order():
    words = ["في", "New", "York", "12", "Times", "قبل"]
    spans = [{"start_token": 0, "end_token": 6, "label": "X"}]
    markup = displacy.render(
        {"tokens": words, "spans": spans, "settings": {"direction": "rtl"}}, style="span", manual=True
    )
    inner = next(each for each in read(markup).iter() if each.tag == "span" and each.get("dir") == "ltr")
    assert [text_of(each) for each in by_class(inner, "span-text")] == ["New ", "York ", "12 ", "Times"]


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style></svg></title></textarea><script>",
    "{{ 7 * 7 }}{% raw %}",
    "a\x00\x1b[31m\x07\x9b\ud800\ufffe",
    "\u202eexe.txt\u2066",
    "&amp;&#60;script&#62;",
    "]]><!--",
    "%s {label} {0.__class__}",
]
ESCAPED = {
    "a\x00\x1b[31m\x07\x9b\ud800\ufffe": r"a\x00\x1b[31m\x07\x9b\ud800\ufffe",
    "\u202eexe.txt\u2066": r"\u202eexe.txt\u2066",
}


@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_texts_and_labels_are_shown(evil):
    shown, settings = ESCAPED.get(evil, evil), {"lang": evil, "direction": evil}
    entity = {
        "start": 0,
        "end": len(evil),
        "label": evil,
        "kb_id": evil,
        "kb_url": f"https://example.org/{evil}",
    }
    span = {"start_token": 0, "end_token": 1, "label": evil, "kb_id": evil, "kb_url": evil}
    word = {"text": evil, "tag": evil, "lemma": evil}
    arc = {"start": 0, "end": 1, "label": evil, "dir": "left"}
    drawn = {
        "ent": {"text": evil, "ents": [entity]},
        "span": {"tokens": [evil], "spans": [span]},
        "dep": {"words": [word, word], "arcs": [arc]},
        "cat": {"text": evil, "cats": {evil: 0.5}},
    }
    for style, data in drawn.items():
        markup = displacy.render(
            {**data, "title": evil, "settings": settings}, style=style, manual=True, page=True
        )
        text = text_of(check_harmless(markup))
        assert text.count(shown) >= 3, (style, text)
        markup.encode("utf8")
        if style == "dep":
            svg = markup[markup.index("<svg") : markup.index("</svg>") + 6]
            assert shown in text_of(ElementTree.fromstring(svg))


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_gives_well_formed_markup(text, label):
    data = {
        "words": [{"text": text, "tag": label, "lemma": text}] * 2,
        "arcs": [{"start": 0, "end": 1, "label": label, "dir": "right"}],
    }
    ElementTree.fromstring(displacy.render(data, manual=True))
    entity = {"text": text, "ents": [{"start": 0, "end": len(text), "label": label}]}
    check_harmless(displacy.render(entity, style="ent", manual=True))


def test_nothing_to_draw(vocab):
    empty = Doc(vocab, [])
    for style, message in (
        ("ent", "no entities"),
        ("span", r"no spans 'sc' to draw\. Groups that it has: none"),
        ("cat", "no categories"),
    ):
        with pytest.warns(KernelWarning, match=message):
            check_harmless(displacy.render(empty, style=style, page=True))
    assert by_class(read(displacy.render(empty)), "displacy") and not displacy.render(empty).count("<g class")
    with pytest.warns(KernelWarning, match="no dependencies"):
        displacy.render(Doc(vocab, ["a"]))
    assert "Nothing to draw." in displacy.render([], style="ent", page=True)


def test_a_page_loads_nothing_and_minify_leaves_no_lines(doc):
    page = displacy.render([doc, doc], style="ent", page=True)
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    assert page.count("<figure>") == 2 and "viewport" in page and "charset" in page and "color-scheme" in page
    small = displacy.render([doc, doc], style="span", page=True, minify=True)
    assert "\n" not in small and text_of(read(small).find("body")).replace("\n", "") == text_of(
        read(displacy.render([doc, doc], style="span", page=True)).find("body")
    ).replace("\n", "")


def test_spans_and_titles(doc):
    doc.user_data["title"] = "<Notes>"
    assert "&lt;Notes&gt;</h2>" in displacy.render(doc, style="ent")
    assert marks(displacy.render(doc[0:4], style="ent")) == [("Ada Lovelace", "PERSON Q7259")]


@pytest.mark.parametrize(
    ("given_", "settings", "error", "message"),
    [
        ("x", {"style": "pie"}, UsageError, "there is no style 'pie'"),
        ({"text": "a", "ents": []}, {"style": "ent"}, WrongType, "data need manual=True, not dict"),
        ([7], {"style": "ent"}, WrongType, "not int"),
        ([7], {"style": "ent", "manual": True}, WrongType, "draws data, as dicts, not int"),
        (["a"], {"style": "diff"}, WrongType, "draws examples, not str"),
    ],
)
def test_what_can_t_be_drawn(given_, settings, error, message):
    with pytest.raises(error, match=message):
        displacy.render(given_, **settings)
