"""What a pipeline says of itself: config, meta, analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel.config import Config, default_config

if TYPE_CHECKING:
    from kernel.language.core import Language


def base_config(nlp: Language) -> Config:
    """The config the pipeline was made from, or the defaults of its language; the pipeline's own object."""
    if nlp._config is None:
        nlp._config = default_config().merge(nlp.Defaults.config)
    return nlp._config


def current_config(nlp: Language) -> Config:
    """The config with the components as they are now; all else is as it was written.

    `[training.score_weights]` too: what the components want stands in `score_weights`, and a run adds it.
    """
    config = base_config(nlp).copy()
    config.setdefault("nlp", {}).update(
        lang=nlp.lang, pipeline=nlp.component_names, disabled=nlp.disabled, batch_size=nlp.batch_size
    )
    config["components"] = {name: dict(nlp._pipe_configs[name]) for name in nlp.component_names}
    return config.copy()


def current_meta(nlp: Language) -> dict[str, Any]:
    """The meta table with what depends on the pipeline brought up to date."""
    from kernel import __version__

    meta = nlp._meta
    major, minor = __version__.split(".")[:2]
    defaults = {
        "name": "pipeline",
        "version": "0.0.0",
        "description": "",
        "author": "",
        "email": "",
        "url": "",
        "license": "",
        "performance": {},
    }
    for key, value in defaults.items():
        meta.setdefault(key, value)
    vectors = nlp.vocab.vectors
    meta.update(
        lang=nlp.lang,
        kernel_version=f">={__version__},<{major}.{int(minor) + 1}",
        vectors={
            "width": vectors.width,
            "vectors": len(vectors),
            "keys": vectors.n_keys,
            "name": vectors.name,
            "mode": vectors.mode,
        },
        labels=nlp.pipe_labels,
        pipeline=nlp.pipe_names,
        components=nlp.component_names,
        disabled=nlp.disabled,
    )
    return meta


def analyze(nlp: Language) -> dict[str, Any]:
    """Per component what it assigns, requires and is scored by; problems: what it requires and nothing sets before."""
    summary: dict[str, dict[str, Any]] = {}
    problems: dict[str, list[str]] = {}
    present: set[str] = set()
    for name in nlp.pipe_names:
        meta = nlp.get_pipe_meta(name)
        summary[name] = {
            "assigns": list(meta.assigns),
            "requires": list(meta.requires),
            "scores": list(meta.default_score_weights),
            "retokenizes": meta.retokenizes,
        }
        problems[name] = [attribute for attribute in meta.requires if attribute not in present]
        present.update(meta.assigns)
    return {"summary": summary, "problems": problems}
