"""The module as scripts use it: wrappers, servers, renderers, notebooks."""

import subprocess
import sys
import threading
import urllib.request
import warnings
from importlib import import_module
from types import SimpleNamespace

import pytest
from kernel_render import serving
from kernel_render.markup import Drawing, is_in_notebook

from kernel import displacy
from kernel.errors import KernelWarning, UsageError, WrongType


def test_a_wrapper_makes_what_render_returns(doc, monkeypatch):
    monkeypatch.setattr(displacy, "RENDER_WRAPPER", None)
    displacy.set_render_wrapper(lambda markup: f"<p>{markup}</p>")
    assert displacy.render(doc, style="ent").startswith("<p><div")
    displacy.set_render_wrapper(lambda markup: {"markup": markup})
    assert set(displacy.render(doc, style="ent")) == {"markup"}
    with pytest.raises(WrongType, match="a function, not str"):
        displacy.set_render_wrapper("x")


def test_renderers_draw_data(doc):
    for made, parse, style in (
        (displacy.EntityRenderer, displacy.parse_ents, "ent"),
        (displacy.SpanRenderer, displacy.parse_spans, "span"),
        (displacy.DependencyRenderer, displacy.parse_deps, "dep"),
    ):
        assert made().render([parse(doc)]) == displacy.render(doc, style=style)
        assert made.style == style
    assert "#123456" in displacy.EntityRenderer({"colors": {"GPE": "#123456"}}).render(
        [displacy.parse_ents(doc)], page=True
    )


def test_parsed_data_are_the_field_s(doc):
    assert displacy.parse_ents(doc) == {
        "text": "Ada Lovelace wrote notes in London.",
        "ents": [
            {"start": 0, "end": 12, "label": "PERSON", "kb_id": "Q7259", "kb_url": "#"},
            {"start": 28, "end": 34, "label": "GPE", "kb_id": "", "kb_url": "#"},
        ],
        "title": None,
        "settings": {"lang": "en", "direction": "ltr"},
    }
    spans = displacy.parse_spans(doc)
    assert spans["tokens"] == [token.text for token in doc]
    assert spans["spans"][0] == {
        "start": 0,
        "end": 34,
        "start_token": 0,
        "end_token": 6,
        "label": "CLAUSE",
        "kb_id": "",
        "kb_url": "#",
    }


@pytest.mark.parametrize(
    ("style", "data", "said"),
    [
        ("ent", {}, "no 'text' where there must be one"),
        ("ent", {"text": "a", "ents": [{"start": "0", "end": 1, "label": "x"}]}, "not supported between"),
        ("dep", {"words": [{"text": "a"}], "arcs": [{"start": 0}]}, "no 'end'"),
        ("span", {"tokens": ["a"]}, "no 'spans'"),
        ("cat", {"cats": {"a": "high"}}, "bad operand"),
    ],
)
def test_data_that_can_not_be_drawn_are_refused(style, data, said):
    with pytest.raises(UsageError, match=f"can't be drawn in style '{style}': .*{said}"):
        displacy.render(data, style=style, manual=True)


def test_the_page_is_served(doc, capfd):
    drawn = displacy.render(doc, style="ent", page=True)
    with serving._opened(serving.application(drawn), "127.0.0.1", 0, False) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/", timeout=10) as answer:
                assert answer.read().decode() == drawn
                assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        finally:
            server.shutdown()
            thread.join()
    assert "GET" not in capfd.readouterr().err


def test_a_port_in_use(doc):
    with serving._opened(serving.application(""), "127.0.0.1", 0, False) as server:
        port = server.server_port
        with pytest.raises(UsageError, match=f"port {port} is in use"):
            displacy.serve(doc, style="ent", port=port)
        with serving._opened(serving.application(""), "127.0.0.1", port, True) as other:
            assert other.server_port > port
    with pytest.raises(UsageError, match="no port"):
        displacy.serve(doc, style="ent", port=70_000)


def test_serving_others_is_warned_of(doc, monkeypatch, capsys):
    def stopped(self, *args):
        raise KeyboardInterrupt

    monkeypatch.setattr(serving.WSGIServer, "serve_forever", stopped)
    with pytest.warns(KernelWarning, match=r"served on 0\.0\.0\.0: whoever reaches"):
        displacy.serve(doc, style="ent", port=0, host="0.0.0.0")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        displacy.serve(doc, style="ent", port=0)
    assert "http://127.0.0.1:" in capsys.readouterr().out


def test_what_was_drawn_last_is_the_application(doc):
    said = {}
    drawn = displacy.render(doc, style="ent")
    assert displacy.app({}, lambda status, headers: said.update(status=status)) == [drawn.encode()]
    assert said == {"status": "200 OK"}


def test_a_drawing_is_a_string_and_a_picture(doc, tmp_path):
    drawn = displacy.render(doc, style="ent")
    assert isinstance(drawn, str) and type(drawn) is Drawing and not is_in_notebook()
    (tmp_path / "a.html").write_text(drawn)
    assert drawn._repr_html_() == f'<div class="tex2jax_ignore mathjax_ignore">{drawn}</div>'


def test_ipython_shows_the_picture(doc):
    formatters = pytest.importorskip("IPython.core.formatters")
    data, _ = formatters.DisplayFormatter().format(displacy.render(doc, style="ent"))
    # Without a shell there is nothing that it could be published to.
    assert data == {}


def test_render_shows_at_once_and_the_value_of_the_cell_not_again(doc, monkeypatch):
    shell = type("ZMQInteractiveShell", (), {"execution_count": 1})()
    shown = []
    ipython = SimpleNamespace(get_ipython=lambda: shell)
    ipython.display = SimpleNamespace(display=lambda data, raw: shown.append(data["text/html"]))
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", ipython.display)
    first, second = displacy.render(doc, style="ent"), displacy.render(doc, style="span")
    assert shown == [first._repr_html_(), second._repr_html_()]
    second._ipython_display_()
    assert len(shown) == 2, "it is there already, above the value of the cell"
    shell.execution_count = 2
    second._ipython_display_()
    assert shown[2:] == [second._repr_html_()]
    displacy.render(doc, style="ent", jupyter=False)._ipython_display_()
    assert len(shown) == 4
    monkeypatch.setattr(serving, "serve", lambda *args, **settings: None)
    with pytest.warns(KernelWarning, match=r"in a notebook displacy\.render shows"):
        displacy.serve(doc, style="ent")


@pytest.mark.needs("ipykernel", "nbclient", "nbformat")
def test_a_notebook_shows_each_picture_once():
    nbclient, nbformat = import_module("nbclient"), import_module("nbformat")
    make = "from kernel import blank, displacy\ndata = {'text': 'Ada', 'ents': [{'start': 0, 'end': 3, 'label': 'X'}]}\ndraw = lambda **more: displacy.render(data, style='ent', manual=True, **more)"
    cells = [
        make,
        "draw()",
        "for _ in range(3): draw()",
        "text = draw(jupyter=False)",
        "text",
        "text[:4]",
        "x = draw()",
        "x",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    shown = [["text/html" in output.get("data", {}) for output in cell.outputs] for cell in notebook.cells]
    assert shown == [[], [True], [True] * 3, [], [True], [False], [True], [True]]


def test_importing_it_starts_nothing_heavy():
    code = "import sys, kernel_render.command; print({'jinja2', 'numpy', 'tinycss2'} & set(sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "set()\n"
    )
