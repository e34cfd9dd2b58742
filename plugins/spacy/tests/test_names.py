"""Every function that spaCy 3.8 and its packages register is here, with the same arguments, or refused with a reason.

`registered.json` has their names, arguments and defaults: null for a function whose arguments don't matter because its package is
refused. Of a default that is a function its name is compared. TransitionBasedParser.v3 is of spaCy's unfinished version 4, and in configs
of its time.
"""

import inspect
import json
from pathlib import Path

import pytest
from kernel_spacy.names.refused import refused

from kernel import registry
from kernel.errors import RegistryError

HERE = Path(__file__).parent
REGISTERED = json.loads((HERE / "registered.json").read_text(encoding="utf8"))
NAMES = [(kind, name) for kind, names in REGISTERED.items() for name in names]
OWNERS = ("spacy", "spacy-legacy", "spacy-transformers", "srsly")
# Old names that spaCy looks up in its package of old versions.
OLD = [
    (kind, f"spacy.{name.partition('.')[2]}")
    for kind, name in NAMES
    if name.startswith("spacy-legacy.") and (kind, f"spacy.{name.partition('.')[2]}") not in NAMES
]
HERE_TOO = [(kind, name) for kind, name in NAMES if refused(kind, name) is None]


def shown(default):
    if default is inspect.Parameter.empty:
        return {"required": True}
    if callable(default):
        return {"function": default.__name__}
    # Attributes of tokens have numbers there, and names here.
    return 66 if default == "LOWER" else default


@pytest.mark.parametrize(("kind", "name"), HERE_TOO)
def test_a_name_has_the_arguments_that_it_had(kind, name):
    expected = REGISTERED[kind][name]
    parameters = inspect.signature(registry.get(kind, name)).parameters
    found = {key: shown(one.default) for key, one in parameters.items()}
    expected = {key: 66 if value == "LOWER" else value for key, value in expected.items()}
    assert found == expected


@pytest.mark.parametrize(("kind", "name"), OLD)
def test_old_versions_are_known_under_both_names(kind, name):
    old = "spacy-legacy." + name.partition(".")[2]
    if refused(kind, old) is None:
        assert registry.get(kind, name) is registry.get(kind, old)


@pytest.mark.parametrize(("kind", "name"), sorted({*NAMES} - {*HERE_TOO}))
def test_what_is_not_there_is_refused_with_a_reason_and_a_way(kind, name):
    assert not registry.has(kind, name)
    reason, way = refused(kind, name)
    assert reason and way.endswith(".")
    with pytest.raises(RegistryError) as caught:
        registry.get(kind, name)
    if kind in registry.kinds():
        assert reason in str(caught.value) and caught.value.hint == way


def test_nothing_is_registered_that_spacy_does_not_have():
    known = {*NAMES, *OLD}
    for kind in registry.kinds():
        ours = {(kind, name) for name in registry.names(kind) if name.partition(".")[0] in OWNERS}
        assert ours <= known


def test_other_names_are_not_refused():
    assert refused("loggers", "spacy.NoSuchLogger.v1") is None
    assert refused("loggers", "acme.Logger.v1") is None
