"""The page: one file that asks nobody, in which the text of others is text."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest
from kernel_quickstart.page import render

from .strangers import HOSTILE

pytestmark = pytest.mark.needs("kernel-nlp-languages", "kernel-nlp-components")
# What can send a request, or run.
LOADING = {"src", "href", "action", "srcset", "data", "poster", "background", "formaction"}


class Reader(HTMLParser):
    """Elements with their attributes, and the text of scripts and styles."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.inside, self.texts = [], None, {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self.inside = f"{tag} {dict(attrs).get('type', '')}".strip()

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside:
            self.texts[self.inside] = self.texts.get(self.inside, "") + data


@pytest.fixture(scope="module")
def page(parts):
    return render(parts)


@pytest.fixture(scope="module")
def read(page):
    return Reader(page)


def test_nothing_is_asked_for(page, read):
    for tag, attributes in read.elements:
        loading = {name: value for name, value in attributes.items() if name in LOADING}
        assert loading in ({}, {"href": "data:,"}), tag
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|WebSocket|innerHTML|eval\(", page)
    assert len(page.encode()) < 1_500_000


def test_only_what_is_ours_runs(read):
    policy = next(attributes["content"] for tag, attributes in read.elements if "http-equiv" in attributes)
    allowed = dict(one.split(" ", 1) for one in policy.split("; "))
    assert allowed["default-src"] == allowed["base-uri"] == allowed["form-action"] == "'none'"
    for kind in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256(read.texts[kind].encode()).digest()).decode()
        assert allowed[f"{kind}-src"] == f"'sha256-{digest}'"


def test_the_text_of_others_is_text(page, read, parts):
    needs = {what for one in parts["recipes"] for _, what in one.get("needs", ())}
    assert any(HOSTILE.replace("\x1b", "") in what for what in needs)
    assert json.loads(read.texts["script application/json"]) == json.loads(json.dumps(parts))
    assert [tag for tag, _ in read.elements].count("script") == 2
    assert "img" not in {tag for tag, _ in read.elements}
    assert "onerror=alert" not in page.replace("onerror=alert(2)&gt;", "").replace(
        "onerror=alert(2)\\u003e", ""
    )


def test_everything_has_a_label(read):
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    labels = {attributes["for"] for tag, attributes in read.elements if tag == "label"}
    for tag, attributes in read.elements:
        if tag in ("input", "select"):
            assert attributes["id"] in labels
        for reference in ("aria-describedby", "aria-labelledby"):
            assert attributes.get(reference, ids[0]) in ids


def test_without_scripts_it_says_what_to_do(page):
    without = re.search(r"<noscript>(.*?)</noscript>", page, re.DOTALL)[1]
    assert "kernel init config config.cfg --lang en --pipeline ner" in without
    assert "<code>textcat</code>" in without and "<code>de</code>" in without
    assert '<main id="app" hidden>' in page


def test_components_of_others_are_offered(page):
    assert "Takes anything." in page and "It has a second sentence" not in page
    assert 'value="a;b$(c)&#39;d"' in page
