"""`kernel spacy`: a group of commands, each imported when it is called."""

from kernel.cli.lazy import LazyGroup

COMMANDS = {
    "import": (
        "kernel_spacy.commands.import_pipeline:import_pipeline",
        "Make a pipeline of ours of one of spaCy.",
    ),
}

spacy = LazyGroup("spacy", COMMANDS, help="Use what was made for spaCy.")
