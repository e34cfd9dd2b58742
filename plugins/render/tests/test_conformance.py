"""What the package registers goes through the suites of its kinds."""

from pathlib import Path

from kernel.testing import CommandSuite, ModuleSuite, WriterSuite

GOLDENS = Path(__file__).with_name("goldens.json")


class TestRender(CommandSuite):
    name = "render"
    goldens = GOLDENS


class TestDisplacy(ModuleSuite):
    name = "kernel.displacy"
    names = (
        "DependencyRenderer",
        "EntityRenderer",
        "RENDER_WRAPPER",
        "SpanRenderer",
        "app",
        "get_doc_settings",
        "parse_deps",
        "parse_ents",
        "parse_spans",
        "render",
        "serve",
        "set_render_wrapper",
    )


class TestHtml(WriterSuite):
    name = "kernel.html.v1"
    # A page is to be looked at.
    converter = ""
    goldens = GOLDENS
