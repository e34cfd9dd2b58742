"""`kernel render`, and pages written by `kernel apply`."""

import json
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

import kernel
from kernel.cli.commands import cli
from kernel.cli.run import run

from .browser import check_harmless, read, text_of


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    """A pipeline with rules: entities, sentences, spans."""
    nlp = kernel.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns(
        [{"label": "PERSON", "pattern": "Ada"}, {"label": "GPE", "pattern": "Rome"}]
    )
    nlp.add_pipe("span_ruler").add_patterns([{"label": "TRIP", "pattern": "to Rome"}])
    folder = tmp_path_factory.mktemp("render") / "model"
    nlp.to_disk(folder)
    return str(folder)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_text_becomes_a_page(model, here):
    assert run(["render", model, "Ada went to Rome", "-o", "page.html"]) == 0
    text = text_of(check_harmless((here / "page.html").read_text(encoding="utf8")))
    assert "Ada\xa0PERSON" in text and "TRIP" in text


def test_standard_output_and_input(model, here):
    result = CliRunner().invoke(cli, ["render", model, "-", "--style", "ent"], input="Ada <b>\n\nRome\n")
    assert result.exit_code == 0 and result.stdout.count("<figure>") == 2
    assert "Ada\xa0PERSON <b>" in text_of(check_harmless(result.stdout))


def test_a_folder_has_a_file_for_each_document(model, here):
    (here / "in.txt").write_text("Ada sleeps\n<i>Rome</i>\n", encoding="utf8")
    assert run(["render", model, "in.txt", "-o", "pages", "--labels", "gpe"]) == 0
    assert sorted(path.name for path in (here / "pages").glob("*.html")) == [
        "000001.html",
        "000002.html",
        "index.html",
    ]
    index = read((here / "pages" / "index.html").read_text(encoding="utf8"))
    links = [(each.get("href"), text_of(each)) for each in index.iter() if each.tag == "a"]
    assert links == [("000001.html", "Ada sleeps"), ("000002.html", "<i>Rome</i>")]
    assert "<mark" not in (here / "pages" / "000001.html").read_text(encoding="utf8")
    assert run(["render", model, "in.txt", "-o", "pages"]) == 2
    assert run(["render", model, "in.txt", "-o", "pages", "--force", "--limit", "1"]) == 0
    assert not (here / "pages" / "000002.html").exists()


def test_trees_are_svg(model, here):
    doc = kernel.blank("en")("I ran")
    nlp = kernel.load(model)
    doc = kernel.tokens.Doc(nlp.vocab, ["I", "ran", "Go"], heads=[1, 1, 2], deps=["nsubj", "ROOT", "ROOT"])
    kernel.tokens.DocBin(docs=[doc, doc[:2].as_doc()]).to_disk(here / "in.spacy")
    assert run(["render", model, "in.spacy", "-o", "trees", "--format", "svg"]) == 0
    names = sorted(path.name for path in (here / "trees").glob("*.svg"))
    assert names == ["000001-001.svg", "000001-002.svg", "000002.svg"]
    for name in names:
        ElementTree.parse(here / "trees" / name)
    assert run(["render", model, "in.spacy", "-o", "one.svg"]) == 2 and not (here / "one.svg").exists()


def test_differences(model, here):
    rows = [{"text": "Ada saw Rome", "entities": [[0, 3, "PERSON"], [8, 12, "LOC"]]}]
    (here / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf8")
    assert run(["render", model, "--gold", "gold.jsonl", "-o", "diff.html"]) == 0
    text = text_of(check_harmless((here / "diff.html").read_text(encoding="utf8")))
    assert "✓ 1 right, − 1 missed, + 1 wrong" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give either texts or files to draw, or --gold FILE"),
        (["a", "--gold", "x.jsonl"], "give either texts"),
        (["missing.txt"], "missing.txt: no such file"),
        (["a", "-o", "a.pdf"], "can't draw in a.pdf"),
        (["a", "-o", "a.svg", "--style", "ent"], "only trees are drawn as SVG"),
        (["a", "-o", "a.svg"], "there is no tree to draw"),
        (["a", "-o", "a.html", "--format", "svg"], "a.html is no file of svg"),
        (["a", "--links", "javascript:{}"], "--links is no address of the web"),
        (["a", "--links", "https://example.org/"], "--links is no address of the web"),
        (["a", "--links", "https://{}.org/{}"], "--links is no address of the web"),
        (["a", "--links", "https://example.org/{0.real}"], "--links is no address of the web"),
    ],
)
def test_mistakes_have_one_message(model, here, capsys, arguments, message):
    assert run(["render", model, *arguments]) == 2
    said = capsys.readouterr().err
    assert message in said and "Traceback" not in said
    assert not list(here.iterdir())


def test_apply_writes_pages_and_says_what_they_lack(model, here, capsys):
    (here / "in.jsonl").write_text(json.dumps({"text": "Ada went to Rome", "id": 7}) + "\n", encoding="utf8")
    assert run(["apply", model, "in.jsonl", "out.html"]) == 0
    assert "PERSON" in text_of(check_harmless((here / "out.html").read_text(encoding="utf8")))
    assert "a page can't hold, and the output lacks: 1 other keys of records" in capsys.readouterr().err
