"""Every module that the package lends goes through the suite of its kind."""

from kernel.testing import ModuleSuite


class TestAbout(ModuleSuite):
    name = "kernel.about"
    names = ("__version__", "__title__")


class TestAttrs(ModuleSuite):
    name = "kernel.attrs"
    names = ("IDS", "NAMES", "LOWER", "ORTH", "TAG", "ENT_IOB", "intify_attr", "intify_attrs")


class TestCompat(ModuleSuite):
    name = "kernel.compat"
    names = ("pickle", "cupy")


class TestGlossary(ModuleSuite):
    name = "kernel.glossary"
    names = ("GLOSSARY", "explain")


class TestGold(ModuleSuite):
    name = "kernel.gold"


class TestLexeme(ModuleSuite):
    name = "kernel.lexeme"
    names = ("Lexeme",)


class TestLookups(ModuleSuite):
    name = "kernel.lookups"
    names = ("Lookups", "Table")


class TestMorphology(ModuleSuite):
    name = "kernel.morphology"
    names = ("Morphology", "MorphAnalysis")


class TestPartsOfSpeech(ModuleSuite):
    name = "kernel.parts_of_speech"
    names = ("IDS", "NAMES", "NOUN", "VERB")


class TestPipeAnalysis(ModuleSuite):
    name = "kernel.pipe_analysis"
    names = ("analyze_pipes", "get_attr_info", "print_pipe_analysis", "validate_attrs")


class TestStrings(ModuleSuite):
    name = "kernel.strings"
    names = ("StringStore", "get_string_id", "hash_string")


class TestSymbols(ModuleSuite):
    name = "kernel.symbols"
    names = ("IDS", "NAMES", "ORTH", "VERB", "nsubj", "PERSON")


class TestUtil(ModuleSuite):
    name = "kernel.util"
    names = (
        "compounding",
        "dot_to_object",
        "filter_spans",
        "fix_random_seed",
        "get_lang_class",
        "get_words_and_spaces",
        "load_config",
        "load_model",
        "minibatch",
        "registry",
    )


class TestVectors(ModuleSuite):
    name = "kernel.vectors"
    names = ("Vectors",)
