"""`kernel spacy migrate`: Python files, strings, configs, notebooks, commands and metadata become ours, and keep their layout."""

import json
from textwrap import dedent

import pytest
from kernel_spacy.migrate import commands, configs, notebooks, packaging, python

pytest_plugins = ["kernel.testing"]
pytestmark = pytest.mark.needs(
    "kernel-nlp-languages", "kernel-nlp-readers", "kernel-nlp-components", "kernel-nlp-batchers",
    "kernel-nlp-callbacks", "kernel-nlp-architectures", "kernel-nlp-names", "kernel-nlp-matchers",
)  # fmt: skip


def code(text):
    """The new text, and the findings as (line, what)."""
    new, findings = python.migrated(dedent(text).encode())
    again, _ = python.migrated(new)
    assert again == new, "a second time changes nothing more"
    return new.decode(), [(one.line, one.what) for one in findings]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import spacy\nspacy.load('x')\n", "import kernel\nkernel.load('x')\n"),
        ("import spacy as sp\nsp.blank('en')\n", "import kernel as sp\nsp.blank('en')\n"),
        ("import os, spacy, sys\n", "import os, kernel, sys\n"),
        (
            "import spacy.tokens\nx: spacy.tokens.Doc  # why\n",
            "import kernel.tokens\nx: kernel.tokens.Doc  # why\n",
        ),
        (
            "from spacy.tokens import (\n    Doc,  # one\n    Span as S,\n)\n",
            "from kernel.tokens import (\n    Doc,  # one\n    Span as S,\n)\n",
        ),
        ("from spacy import util\nutil.minibatch\n", "from kernel import util\nutil.minibatch\n"),
        (
            "import spacy\n\n@spacy.registry.architectures('a.B.v1')\ndef f(): ...\n",
            "import kernel\n\n@kernel.registry.architectures('a.B.v1')\ndef f(): ...\n",
        ),
        (
            "import spacy\nnlp = spacy.load('x').to_disk\ngetattr(spacy, 'load')\n",
            "import kernel\nnlp = kernel.load('x').to_disk\ngetattr(kernel, 'load')\n",
        ),
        (
            "try:\n    import spacy\nexcept ImportError:\n    raise\n",
            "try:\n    import kernel\nexcept ImportError:\n    raise\n",
        ),
        ("import spacy\r\nspacy.load\r\n", "import kernel\r\nkernel.load\r\n"),
        ("import spacy\nf(spacy=spacy)\n", "import kernel\nf(spacy=kernel)\n"),
    ],
)
def test_names_follow_their_import(before, after):
    assert code(before) == (after, [])


@pytest.mark.parametrize(
    "text",
    [
        "def f(spacy):\n    return spacy.load\n",
        "class spacy: ...\n",
        "# import spacy\nx = 1\n",
        '"""Made with spacy."""\n',
        "x = 'spacy'\n",
        "from .spacy import load\n",
    ],
)
def test_what_is_not_spacy_stays(text):
    assert code(text) == (text, [])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Statements that share a line.
        ("x = 1; from spacy.util import minibatch; y = 2\n", "x = 1; from kernel.util import minibatch; y = 2\n"),
        (
            "if x: from spacy.util import escape_html, minibatch; y = 2\n",
            "if x: from html import escape as escape_html; from kernel.util import minibatch; y = 2\n",
        ),
        ("from spacy.util import minibatch;\n", "from kernel.util import minibatch;\n"),
        ("import os; import spacy; spacy.util.escape_html\n", "import os; import html; import kernel; html.escape\n"),
        # Form feeds, as old files have them between functions.
        (
            "import spacy\n\f\ndef f():\n    \f\n    spacy.load\n\fdef g():\n    spacy.blank\n",
            "import kernel\n\f\ndef f():\n    \f\n    kernel.load\n\fdef g():\n    kernel.blank\n",
        ),
        ("import spacy\r\nspacy.util.escape_html\r\n", "import html\r\nimport kernel\r\nhtml.escape\r\n"),
        # Two imports of the name, each with what is used from it.
        (
            "if t:\n    import spacy\ndef f():\n    import spacy\n    spacy.util.escape_html\n",
            "if t:\n    import kernel\ndef f():\n    import html\n    import kernel\n    html.escape\n",
        ),
        # The name is an attribute, or one that others import.
        ("class A:\n    import spacy\n", "class A:\n    import kernel as spacy\n"),
        ("import spacy\n__all__ = ['spacy']\n", "import kernel as spacy\n__all__ = ['spacy']\n"),
        (
            "try:\n    import spacy\nexcept ImportError:\n    import other as spacy\nspacy.load\n",
            "try:\n    import kernel as spacy\nexcept ImportError:\n    import other as spacy\nspacy.load\n",
        ),
    ],
)  # fmt: skip
def test_what_it_means_stays(before, after):
    assert code(before) == (after, [])


@pytest.mark.parametrize(
    "source",
    [
        "# coding: latin-1\nx = 'é'; import spacy; y = 'é'; spacy.load\n".encode("latin-1"),
        "# coding: cp1252\nx = '€'; import spacy; y = '€ spacy train'; spacy.load\n".encode("cp1252"),
        "import spacy\nx = 'é'; spacy.load\n".encode("utf-8-sig"),
    ],
)
def test_files_of_other_encodings(source):
    assert python.migrated(source) == (source.replace(b"spacy", b"kernel"), [])


def test_what_would_mean_something_else_is_told():
    text = "import spacy\ndef f(html):\n    return spacy.util.escape_html(html)\n"
    new, found = code(text)
    assert new == text.replace("import spacy", "import kernel")
    assert found == [(3, "spacy.util.escape_html")]
    assert code("from .compat import spacy\nspacy.load\n")[1] == [(1, "import spacy")]
    assert code("x = 1  # type: spacy.tokens.Doc\n")[1] == [(1, "# type: spacy.tokens.Doc")]
    new, found = code("def f():\n    global spacy\n    import spacy\ndef g():\n    spacy.util.escape_html\n")
    assert "html.escape" not in new
    assert found == [(5, "spacy.util.escape_html")]


def test_the_package_that_a_missing_module_brought_in_goes_on():
    assert code("import spacy.nothing\nspacy.load\n") == (
        "import spacy.nothing, kernel\nkernel.load\n",
        [(1, "import spacy.nothing")],
    )


@pytest.mark.parametrize(
    ("source", "what"),
    [
        (b"# coding: nonsense\nimport spacy\n", "syntax error"),
        (b"import spacy\rspacy.load\r", "layout"),
        (b"import spacy\nx = a" + b".b" * 1000 + b"\n", "nesting"),
    ],
)
def test_what_can_not_be_read_stays(source, what):
    new, (found,) = python.migrated(source)
    assert (new, found.what) == (source, what)


def test_modules_that_run_something_are_not_imported():
    assert code("from spacy.__main__ import setup_cli\n")[1] == [(1, "spacy.__main__.setup_cli")]


def test_a_name_that_is_taken_stays_free():
    new, _ = code("import spacy\nkernel = 3\nspacy.load(kernel)\nx: 'spacy.Language'\n")
    assert new == "import kernel as spacy\nkernel = 3\nspacy.load(kernel)\nx: 'spacy.Language'\n"


def test_a_name_with_two_meanings_keeps_them():
    text = "try:\n    import spacy\nexcept ImportError:\n    spacy = None\nif spacy:\n    spacy.load('x')\n"
    assert code(text)[0] == text.replace("import spacy", "import kernel as spacy")


def test_what_has_moved_is_taken_from_there():
    new, found = code(
        """\
        def f():
            from spacy.util import (
                minibatch,
                escape_html,
            )
            import spacy
            from spacy import util
            return spacy.Example, util.escape_html
        """
    )
    assert found == []
    assert new == dedent(
        """\
        def f():
            from html import escape as escape_html
            from kernel.util import (
                minibatch,
            )
            import kernel
            import html
            from kernel import util
            return kernel.training.Example, html.escape
        """
    )
    compile(new, "x", "exec")


def test_what_is_not_here_is_told_and_left():
    new, found = code(
        """\
        import spacy
        from spacy.errors import Errors
        from spacy.training import Example, docs_to_json
        from spacy.lang.char_classes import *
        from spacy.nowhere import *
        from spacy.cli.train import train
        import spacy_transformers

        def f(doc):
            return doc.is_parsed, spacy.lookups.UNSET
        """
    )
    assert found == [
        (2, "spacy.errors.Errors"),
        (3, "spacy.training.docs_to_json"),
        (5, "from spacy.nowhere import *"),
        (6, "spacy.cli.train.train"),
        (7, "import spacy_transformers"),
        (10, "doc.is_parsed"),
        (10, "spacy.lookups.UNSET"),
    ]
    lines = new.splitlines()
    assert lines[:6] == [
        "import kernel",
        "from spacy.errors import Errors",
        "from spacy.training import docs_to_json",
        "from kernel.training import Example",
        "from kernel.lang.char_classes import *",
        "from spacy.nowhere import *",
    ]
    assert lines[-1] == "    return doc.is_parsed, kernel.lookups.UNSET"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('x = "spacy.Tok2Vec.v2"', 'x = "kernel.Tok2Vec.v2"'),
        ('x = "spacy-legacy.TextCatBOW.v1"', 'x = "kernel.TextCatBOW.v1"'),
        ('x = "spacy.MyOwn.v1"', 'x = "spacy.MyOwn.v1"'),
        ('x = """\n@architectures = "spacy.Tok2Vec.v2"\n"""', 'x = """\n@architectures = "kernel.Tok2Vec.v2"\n"""'),
        ('run(["python", "-m", "spacy", "train"])', 'run(["python", "-m", "kernel", "train"])'),
        ('run(f"python -m spacy train {x}")', 'run(f"python -m kernel train {x}")'),
        ('import_module("spacy.lang." + x)', 'import_module("kernel.lang." + x)'),
        ('pytest.importorskip("spacy")', 'pytest.importorskip("kernel")'),
        ('mock.patch("spacy.util.minibatch")', 'mock.patch("kernel.util.minibatch")'),
        ('def f(x: "list[spacy.tokens.Doc]"): ...', 'def f(x: "list[kernel.tokens.Doc]"): ...'),
        ('setup(entry_points={"spacy_factories": []})', 'setup(entry_points={"kernel_factories": []})'),
        ('setup(install_requires=["spacy>=3.0,<4"])', 'setup(install_requires=["kernel-nlp[all]"])'),
        ('x = "I like spacy, and spacy.io too"', 'x = "I like spacy, and spacy.io too"'),
        ('x = r"ä spacy train"', 'x = r"ä kernel train"'),
        ('x = b"spacy train"', 'x = b"spacy train"'),
        ('x = "spacy.io"', 'x = "spacy.io"'),
        ('x = ["spacy-transformers"]', 'x = ["spacy-transformers"]'),
        ('setup(name="x", install_requires=["spacy", "spacy-legacy"])', 'setup(name="x", install_requires=["kernel-nlp[all]", "kernel-nlp-spacy"])'),
        ('import_module("spacy_transformers")', 'import_module("spacy_transformers")'),
    ],
)  # fmt: skip
def test_strings(before, after):
    assert code(before + "\n") == (after + "\n", [])


def test_a_command_that_is_not_here_is_told_with_its_line():
    new, found = code('x = """\nspacy train\nspacy validate now\npython -m spacy validate\n"""\n')
    assert new == 'x = """\nkernel train\nspacy validate now\npython -m spacy validate\n"""\n'
    assert found == [(4, "spacy validate")]


def test_what_is_no_python_stays():
    new, found = code("print 'spacy'\n")
    assert (new, found) == ("print 'spacy'\n", [(1, "syntax error")])


def test_configs_keep_their_layout():
    text = dedent(
        """\
        # Mine.
        [nlp]
        lang = "en"
        pipeline = ["ner"]

        [components]
        [components.ner]
        factory = "ner"
        # Its model.
        [components.ner.model]
        @architectures =   "spacy.TransitionBasedParser.v2"
        state_type = "ner"
        """
    )
    new, found = configs.migrated(text)
    assert (new, found) == (text.replace("spacy.Tr", "kernel.Tr"), [])
    new, found = configs.migrated(text + '[training]\n[training.logger]\n@loggers = "spacy.WandbLogger.v3"\n')
    assert '@loggers = "kernel.ConsoleLogger.v3"' in new
    assert [(one.line, one.what) for one in found] == [(15, "training.logger.@loggers")]
    assert configs.migrated("[nlp]\nx = [\n")[1][0].line == 1


def test_notebooks():
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["import spacy\n"]},
        {
            "cell_type": "code",
            "metadata": {},
            "execution_count": 1,
            "outputs": [],
            "source": ["%load_ext x\n", "import spacy\n", "if 1:\n", "    !python -m spacy train c.cfg\n", "é = spacy.load"],
        },
        {"cell_type": "code", "metadata": {}, "execution_count": 2, "outputs": [], "source": "%%bash\nspacy info\n"},
        {
            "cell_type": "code",
            "metadata": {},
            "execution_count": 2,
            "outputs": [],
            "source": "from spacy.errors import Errors\n",
        },
    ]  # fmt: skip
    text = json.dumps({"cells": cells, "nbformat": 4}, indent=1, ensure_ascii=False) + "\n"
    new, found = notebooks.migrated(text)
    sources = ["".join(cell["source"]) for cell in json.loads(new)["cells"]]
    assert sources == [
        "import spacy\n",
        "%load_ext x\nimport kernel\nif 1:\n    !python -m kernel train c.cfg\né = kernel.load",
        "%%bash\nkernel info\n",
        "from spacy.errors import Errors\n",
    ]
    assert [(one.line, one.what) for one in found] == [(9, "spacy.errors.Errors")]
    changed = [pair for pair in zip(text.splitlines(), new.splitlines(), strict=True) if pair[0] != pair[1]]
    assert len(changed) == 4
    assert notebooks.migrated("{spacy")[1][0].what == "notebook"


def test_cells_of_a_notebook_are_one_program():
    def cells(*sources):
        text = json.dumps({"cells": [{"cell_type": "code", "source": source} for source in sources]})
        new, found = notebooks.migrated(text)
        assert notebooks.migrated(new)[0] == new
        return [cell["source"] for cell in json.loads(new)["cells"]], [(one.line, one.what) for one in found]

    assert cells(
        "import spacy", "%%time\nspacy.load('x')", "", "a b spacy", "from spacy.errors import Errors"
    ) == (
        ["import kernel", "%%time\nkernel.load('x')", "", "a b spacy", "from spacy.errors import Errors"],
        [(5, "cell"), (6, "spacy.errors.Errors")],
    )
    assert cells("import spacy", "kernel = 3", "spacy.load(kernel)")[0][0] == "import kernel as spacy"
    assert cells("import spacy", "x = 1\n  %time spacy.load('x')") == (
        ["import kernel", "x = 1\n  %time spacy.load('x')"],
        [(2, "cell")],
    )
    assert cells("import spacy", "%time spacy.load('x')")[1] == [(2, "%time spacy.load('x')")]


def test_names_of_packages_are_requirements_only_where_packages_are_listed():
    text = dedent(
        """\
        [project]
        keywords = ["spacy"]
        optional-dependencies.x = [
            "spacy>=3; python_version < '3.12'",
        ]
        [tool.poetry.dependencies]
        spacy = "^3.0"
        [[tool.mypy.overrides]]
        module = ["spacy", "spacy.*"]
        """
    )
    new, found = packaging.metadata(text)
    assert new == text.replace("spacy>=3;", "kernel-nlp[all];")
    assert [(one.line, one.what) for one in found] == [(7, "spacy")]
    lines = "spacy @ https://example.org\nspacy==3.7 --hash=sha256:0\n# spacy @ x\nspacy-lookups-data\n"
    assert packaging.requirements(lines)[0] == lines
    assert [one.line for one in packaging.requirements(lines)[1]] == [1, 2]


def test_commands_that_stay_are_told():
    lines = (
        "pip install -U spacy\npip install spacy-lookups-data\npython -c 'import spacy'\nbin/spacy train\n"
    )
    new, found = commands.migrated(lines)
    assert new == lines
    assert [one.line for one in found] == [1, 3, 4]


def test_commands_and_metadata():
    new, found = commands.migrated("script:\n  - python -m spacy train a.cfg\n  - spacy validate\n")
    assert new == "script:\n  - python -m kernel train a.cfg\n  - spacy validate\n"
    assert [(one.line, one.what) for one in found] == [(3, "spacy validate")]
    text = dedent(
        """\
        [project]
        name = "spacy-thing"
        dependencies = ["spacy>=3.1,<4.0", 'spacy-transformers', "en_core_web_sm"]
        [project.entry-points.spacy_factories]
        thing = "thing:make"
        """
    )
    wanted = (
        text.replace("spacy>=3.1,<4.0", "kernel-nlp[all]")
        .replace("spacy-transformers", "kernel-nlp-transformers[torch]")
        .replace("spacy_factories", "kernel_factories")
    )
    assert packaging.metadata(text) == (wanted, [])
    lines = "# spacy\nspacy[lookups]>=3 ; python_version > '3'\nspacy-thing\nspacy\n"
    assert packaging.requirements(lines)[0] == (
        "# spacy\nkernel-nlp[all] ; python_version > '3'\nspacy-thing\nkernel-nlp[all]\n"
    )


def test_a_project_is_rewritten_in_place(box):
    box.file("p/a.py", "import spacy\nnlp = spacy.blank('en')\nprint(len(nlp('a b')))\n")
    box.file("p/sub/b.py", "from spacy.errors import Errors\n")
    box.file("p/.hidden/c.py", "import spacy\n")
    box.file("p/venv/pyvenv.cfg", "")
    box.file("p/other.txt", "import spacy\n")
    shown = box.run("spacy", "migrate", "p", "--diff")
    assert shown.exit_code == 1
    assert "+import kernel" in shown.stdout.splitlines()
    assert (box.path / "p/a.py").read_text().startswith("import spacy")
    done = box.run("spacy", "migrate", "p")
    assert done.exit_code == 1
    assert "p/sub/b.py:1: spacy.errors.Errors: messages have no codes" in done.stderr
    assert done.stderr.splitlines()[-1] == "changed 1 of 2 files; 1 place to look at"
    assert (box.path / "p/a.py").read_text().startswith("import kernel\n")
    assert (box.path / "p/.hidden/c.py").read_text() == "import spacy\n"
    box.file("p/sub/b.py", "")
    assert box.run("spacy", "migrate", "p").exit_code == 0
    assert json.loads(box.run("spacy", "migrate", "p", "--json").stdout) == []
