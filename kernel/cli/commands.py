"""The commands and their groups. This module imports click alone; each command is imported when it is called."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import click

from kernel.cli import options
from kernel.cli.lazy import LazyGroup
from kernel.cli.say import say

# Name -> ("module:attribute", one line of help). A command needs a file and a line here, nothing else.
COMMANDS = {
    "apply": ("kernel.cli.apply:apply", "Run a pipeline over texts and save what it finds."),
    "assemble": ("kernel.cli.assemble:assemble", "Build a pipeline without training it."),
    "completion": ("kernel.cli.completion:completion", "Let the tab key complete commands in a shell."),
    "convert": ("kernel.cli.convert:convert", "Convert annotated files of other formats to .spacy."),
    "debug": ("kernel.cli.commands:debug", "Check configs, data and models."),
    "download": ("kernel.cli.download:download", "Install the package of a pipeline, or say how."),
    "evaluate": ("kernel.cli.evaluate:evaluate", "Score a pipeline on annotated data."),
    "info": ("kernel.cli.info:info", "Show versions, plugins, devices, or a pipeline's facts."),
    "init": ("kernel.cli.commands:init", "Write what a run starts from: configs, labels, and vectors."),
    "package": ("kernel.cli.package:package", "Make an installable package of a saved pipeline."),
    "plugins": ("kernel.cli.commands:plugins", "List, check or start plugins."),
    "registry": ("kernel.cli.commands:registry", "List or show the functions that a config can name."),
    "schema": ("kernel.cli.schema:schema", "Write a JSON Schema of all configs that work here."),
    "train": ("kernel.cli.train:train", "Train a pipeline from a config."),
}
INIT: dict[str, tuple[str, str]] = {
    "config": ("kernel.cli.init_config:init_config", "Write a complete config to start from."),
    "fill-config": ("kernel.cli.init_fill_config:init_fill_config", "Complete a config with all defaults."),
    "labels": ("kernel.cli.init_labels:init_labels", "Collect the labels of a corpus, for all later runs."),
}
DEBUG: dict[str, tuple[str, str]] = {
    "config": ("kernel.cli.debug_config:debug_config", "Check a config, and see what it names."),
    "data": ("kernel.cli.debug_data:debug_data", "Look for mistakes in the data of a config."),
    "diff-config": (
        "kernel.cli.debug_diff_config:debug_diff_config",
        "Compare a config with what is recommended.",
    ),
    "model": ("kernel.cli.debug_model:debug_model", "Show the layers of a config's models."),
}
PLUGINS: dict[str, tuple[str, str]] = {
    "check": ("kernel.cli.plugins_check:plugins_check", "Look for mistakes in plugins."),
    "list": ("kernel.cli.plugins_list:plugins_list", "List the plugins and whether they can be used."),
    "new": ("kernel.cli.plugins_new:plugins_new", "Write a small plugin to start from."),
    "requires": (
        "kernel.cli.plugins_requires:plugins_requires",
        "Print the packages that a config needs, with their versions.",
    ),
    "show": ("kernel.cli.plugins_show:plugins_show", "Show what one package provides."),
}
REGISTRY: dict[str, tuple[str, str]] = {
    "list": ("kernel.cli.registry_list:registry_list", "List the names that a config can use."),
    "show": ("kernel.cli.registry_show:registry_show", "Show a function, and its block for a config."),
}

# Kind of entry point -> the commands of that place that are built in, which nobody can replace.
BUILT_IN = {
    "cli": COMMANDS,
    "cli_debug": DEBUG,
    "cli_init": INIT,
    "cli_plugins": PLUGINS,
    "cli_registry": REGISTRY,
}

_MEASURE = "It is in the package kernel-nlp-measure."
# What people may type who know spaCy, or its older forms -> what to type here.
FORMER = {
    "debug-config": "It is: kernel debug config",
    "debug-data": "It is: kernel debug data",
    "debug-model": "It is: kernel debug model",
    "help": "It is: kernel -h, and -h after a command",
    "version": "It is: kernel --version",
    "init-config": "It is: kernel init config",
    "init-fill-config": "It is: kernel init fill-config",
    "fill-config": "It is: kernel init fill-config",
    "init-vectors": "It is: kernel init vectors, of the package kernel-nlp-vectors",
    "init-labels": "It is: kernel init labels",
    "init-model": "It is: kernel init vectors, of the package kernel-nlp-vectors",
    "link": "A pipeline is loaded by the name of its package or by its directory, and needs no link.",
    "validate": "kernel plugins list and kernel plugins check look at what is installed.",
    "find-function": "It is: kernel registry show",
    "benchmark": _MEASURE,
    "find-threshold": _MEASURE,
    "pretrain": "It is in the package kernel-nlp-pretraining.",
    "project": "There is no such command here. A Makefile does what it does.",
    "profile": "It is: kernel debug profile, of the package kernel-nlp-measure",
    "runs": "It is in the package kernel-nlp-runs.",
    "ud-train": "It is: kernel train, with .conllu files in [paths]",
}
FORMER_INIT = {
    "vectors": "It is in the package kernel-nlp-vectors.",
    "nlp": "kernel assemble builds a pipeline without training it.",
}
FORMER_DEBUG = {"profile": _MEASURE}


def _group(name: str, former: Mapping[str, str] | None = None) -> LazyGroup:
    """A group of commands below `kernel`, to which packages may add."""
    kind = f"cli_{name}"
    return LazyGroup(name, BUILT_IN[kind], help=COMMANDS[name][1], group=f"kernel_{kind}", former=former)


init = _group("init", FORMER_INIT)
debug = _group("debug", FORMER_DEBUG)
plugins = _group("plugins")
registry = _group("registry")


def _print_version(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from kernel import __version__

        say(__version__)
        ctx.exit()


def _select(ctx: click.Context, parameter: click.Parameter, names: Sequence[str]) -> None:
    if not names or ctx.resilient_parsing:
        return
    from kernel.discovery.rules import command_line, warn_of_absent

    warn_of_absent({f"--{parameter.name} {name}": name for name in names})
    rules = command_line(only=names) if parameter.name == "only" else command_line(deny=names)
    ctx.with_resource(rules)


def _look_at_environment() -> None:
    if os.environ.get("KERNEL_PLUGINS"):
        from kernel.discovery.rules import environment_names, warn_of_absent

        warn_of_absent(environment_names())


cli = LazyGroup(
    "kernel",
    COMMANDS,
    help="Train and run NLP pipelines from one config file.",
    group="kernel_cli",
    callback=_look_at_environment,
    former=FORMER,
    examples=[
        "kernel init config first.cfg --pipeline ner",
        "kernel train first.cfg --paths.train train.jsonl --paths.dev dev.jsonl --output output/first",
        "kernel apply output/first/model-best texts.txt -",
    ],
    params=[
        click.Option(
            ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_print_version,
            help="Show the version.",
        ),
        click.Option(
            ["--only"], metavar="PACKAGE", type=options.Known("packages"), multiple=True, is_eager=True, expose_value=False, callback=_select,
            help="Use this plugin and no other. May be repeated.",
        ),
        click.Option(
            ["--deny"], metavar="PACKAGE", type=options.Known("packages"), multiple=True, is_eager=True, expose_value=False, callback=_select,
            help="Don't use this plugin. May be repeated.",
        ),
        click.Option(
            ["--traceback"], is_flag=True, expose_value=False, help="Show where in the code an error was raised."
        ),
    ],
)  # fmt: skip
