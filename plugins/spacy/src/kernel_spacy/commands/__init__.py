"""`kernel spacy`: a group of commands, each imported when it is called."""

from kernel.cli.lazy import LazyGroup

COMMANDS = {
    "check": ("kernel_spacy.commands.check:check_config", "Say what of a config of spaCy carries over."),
    "convert-config": (
        "kernel_spacy.commands.convert_config:convert_config",
        "Write a config of spaCy as one of ours.",
    ),
    "export": (
        "kernel_spacy.commands.export_pipeline:export_pipeline",
        "Write a pipeline of ours as one of spaCy.",
    ),
    "import": (
        "kernel_spacy.commands.import_pipeline:import_pipeline",
        "Make a pipeline of ours of one of spaCy.",
    ),
    "migrate": (
        "kernel_spacy.commands.migrate:migrate",
        "Rewrite a project that was written for spaCy.",
    ),
}

spacy = LazyGroup("spacy", COMMANDS, help="Use what was made for spaCy.")
