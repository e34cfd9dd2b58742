"""What the pages say that no docstring does: what a registry holds, what a section and a variable are for."""

from __future__ import annotations

from pydantic import BaseModel

from kernel.config import schemas

KINDS = {
    "annotation_setters": "Functions that return a function from documents and what a transformer says of them; it sets annotations.",
    "architectures": "Functions that return a Thinc model. Components take one as `model`.",
    "augmenters": "Functions that return a function from an example to examples.",
    "batchers": "Functions that return a function from a stream of examples to batches of them.",
    "callbacks": "Functions that return an object with methods for the [events](hooks.md) of a run; also those of `[nlp]`, "
    "which return a function.",
    "converters": "Functions that return a reading function of a file format, for `format` of a corpus and `kernel convert`.",
    "factories": "Functions that make a component: `factory` in `[components.<name>]`.",
    "initializers": "Functions that draw the first weights of a layer.",
    "languages": "Classes of pipelines: `lang` in `[nlp]`.",
    "layers": "Functions that return a layer, to build architectures from.",
    "loggers": "Functions that return a callback, or the setup function of a logger: `[training.logger]`.",
    "lookups": "Functions that return tables for a language: `[initialize.lookups]`.",
    "losses": "Functions that return a loss.",
    "misc": "Functions that return anything else that a config needs.",
    "modules": "Modules that packages lend to the namespace `kernel`, each under the path by which it is imported.",
    "objectives": "Functions that return a pretraining objective: `[pretraining.objective]`.",
    "ops": "Classes of array operations.",
    "optimizers": "Functions that return an optimizer: `[training.optimizer]`.",
    "readers": "Functions that return a corpus, a function from the pipeline to its examples; or other data, such as labels.",
    "schedules": "Functions that return a number for each step. They may stand wherever a number stands.",
    "scorers": "Functions that return a function from examples to scores: `scorer` of a component.",
    "sections": "Schemas of sections of the config that packages supply, each under the dotted name of its section.",
    "span_getters": "Functions that return a function from documents to the spans that a transformer reads, a list for each.",
    "tokenizers": "Functions that return a function from the pipeline to its tokenizer: `[nlp.tokenizer]`.",
    "vectors": "Functions that return a function from the vocabulary to its word vectors: `[nlp.vectors]`.",
    "workers": "Functions that start the processes of a team: `backend` of `[training.workers]`, where `local` is short for `kernel.local.v1`.",
    "writers": "Functions that return what writes documents in a file format: `--format` of `kernel apply`, `--to` of `kernel convert`.",
}
FORMAT = """\
## The format

| written | means |
|---|---|
| `[training.optimizer]` | the section `optimizer` in the section `training`, which need not be there itself |
| `key = value` | a value of the section above. Keys may not repeat |
| `0.1`, `true`, `null`, `"text"`, `[1, 2]`, `{"a": 1}` | values are JSON; a long one goes on over lines that are indented. `true` and `false` are no numbers |
| `hello there` | text; quotes are needed only if it would be JSON otherwise. `True` is read as `true`, with a warning |
| `# a comment` | a line of its own; comments are kept by `fill-config` |
| `${paths.train}` | the value of `train` in `[paths]`, of any type; inside of a text it becomes part of it |
| `${training.optimizer}` | a whole section |
| `$$` | a dollar sign |
| `@readers = "acme.Tweets.v1"` | the section is what this function of the registry `readers` returns; the other keys are its arguments |
| `{"@readers": "acme.Tweets.v1"}` | the same as a value |
| `[block.*.first]`, `* = [...]` | arguments by position, for functions such as `chain.v1` |

On the command line, `--section.key value` sets any value, and makes the section if it is not there.
"""
SECTIONS: dict[str, tuple[type[BaseModel] | None, str]] = {
    "paths": (
        None,
        "Values for other sections to refer to, as `${paths.train}`. Any keys. `[variables]` is another such section.",
    ),
    "system": (schemas.SystemSchema, "Values for other sections to refer to."),
    "nlp": (schemas.NlpSchema, "The pipeline: its language, tokenizer and components in order."),
    "components": (
        None,
        (
            "A block for each component, `[components.<name>]`. Either `factory`, a name in the registry "
            "[factories](factories.md), with the settings that it takes; or `source`, a saved pipeline to copy the component "
            "from, with `component`, its name there if that is another, and `replace_listeners`, paths of listeners that become "
            "copies of what they listen to."
        ),
    ),
    "corpora": (
        None,
        "A block with `@readers` for each corpus, `[corpora.<name>]`. Usual names are `train` and `dev`.",
    ),
    "training": (schemas.TrainingSchema, "The run."),
    "initialize": (schemas.InitializeSchema, "What the pipeline sees before the first step."),
    "registry": (
        None,
        (
            '`[registry.override]` says who gets a name that several packages claim: `"acme.CNN.v1" = "acme-nlp"`; `"code"` is '
            "what `--code` registered. It is recorded with the pipeline."
        ),
    ),
    "plugins": (
        schemas.PluginsSchema,
        "The packages that may be used, those that may not, and those that must be here.",
    ),
}
VARIABLES = {
    "KERNEL_CONFIG_OVERRIDES": "Overrides of the config, written as on the command line: `--training.max_steps 100 "
    '--nlp.lang "en"`. It wins over the command line.',
    "PYDANTIC_DISABLE_PLUGINS": "Commands set it to `__all__`, so that pydantic imports no package that no config names. What is set already stays.",
    "TORCH_DEVICE_BACKEND_AUTOLOAD": "Commands set it to 0, so that torch imports no package that no config names. What is set already stays.",
    "KERNEL_PLUGINS": "The distributions whose functions may be used, separated by commas; `-acme-nlp` denies one. `--only` "
    "and `--deny` win, and it wins over `[plugins]` of a config.",
    "KERNEL_UPDATE_GOLDENS": "Set to 1 while pytest runs, the suites of `kernel.testing` record their outputs anew.",
}
