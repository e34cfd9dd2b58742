"""What differs between two runs is named, most suspicious first, and refused unless its name is allowed."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import UsageError
from kernel.training.drift import KINDS, Change, changes, refuse

MANIFEST: dict[str, Any] = {
    "kernel": "0.1.0",
    "python": "3.11.7",
    "platform": {
        "system": "Linux",
        "release": "6.1",
        "machine": "x86_64",
        "libc": "glibc 2.36",
        "vectors": "X86_V3",
    },
    "packages": {"acme-nlp": "1.0", "kernel-nlp": "0.1.0", "numpy": "2.4.6"},
    "blas": [{"library": "openblas", "version": "0.3.31", "kernel": "Haswell", "threads": 1}],
    "threads": {"blas": 1, "process": 8, "torch": 8},
    "seed": 0,
    "gpu_id": -1,
    "code": {"functions.py": "a" * 64},
    "sources": {"acme-nlp": {"acme_nlp/a.py": "1", "acme_nlp/b.py": "2"}},
    "data": {
        "corpora.train": {"sha256": "b" * 64, "bytes": 3, "files": {"x.txt": "1", "y.txt": "2"}},
        "corpora.dev": {"sha256": "c" * 64, "bytes": 3},
    },
    "settings": {
        "paths": {"train": "data", "dev": None},
        "system": {"seed": 0},
        "corpora": {"train": {"@readers": "acme.Rows.v1", "path": "data"}},
        "training": {"seed": 0, "max_steps": 100, "dropout": 0.1, "callbacks": {}},
    },
}


def edited(path: str, value: Any) -> dict[str, Any]:
    """The manifest with another value at a path of keys, parted by `/`; `...` removes what is there."""
    found = copy.deepcopy(MANIFEST)
    *sections, key = path.split("/")
    block = found
    for section in sections:
        block = block.setdefault(section, {})
    if value is ...:
        del block[key]
    else:
        block[key] = value
    return found


def names(new: dict[str, Any], old: dict[str, Any] = MANIFEST) -> list[str]:
    return [change.name for change in changes(old, new)]


def test_equal_manifests_differ_in_nothing_also_after_a_round_through_a_file() -> None:
    assert changes(MANIFEST, MANIFEST) == []
    assert changes(json.loads(json.dumps(MANIFEST)), MANIFEST) == []


@pytest.mark.parametrize(
    ("path", "value", "name", "shown"),
    [
        ("seed", 1, "seed", "seed: 0, now 1"),
        (
            "data/corpora.train",
            {"sha256": "d" * 64, "files": {"x.txt": "9", "z.txt": "3"}},
            "data:corpora.train",
            "data:corpora.train (x.txt changed, y.txt removed, z.txt added): sha256 bbbbbbbbbbbb, now sha256 dddddddddddd",
        ),
        (
            "data/corpora.dev",
            {"sha256": "d" * 64},
            "data:corpora.dev",
            "data:corpora.dev: sha256 cccccccccccc, now sha256 dddddddddddd",
        ),
        (
            "data/initialize.vectors",
            {"sha256": "d" * 64},
            "data:initialize.vectors",
            "data:initialize.vectors: none, now sha256 dddddddddddd",
        ),
        (
            "settings/training/max_steps",
            200,
            "training.max_steps",
            "training.max_steps: 100, now 200",
        ),
        ("settings/training/dropout", 0, "training.dropout", "training.dropout: 0.1, now 0"),
        ("settings/training/patience", 5, "training.patience", "training.patience: none, now 5"),
        (
            "code/functions.py",
            "e" * 64,
            "code:functions.py",
            "code:functions.py: sha256 aaaaaaaaaaaa, now sha256 eeeeeeeeeeee",
        ),
        (
            "code/functions.py",
            ...,
            "code:functions.py",
            "code:functions.py: sha256 aaaaaaaaaaaa, now none",
        ),
        ("packages/numpy", "2.5.0", "versions:numpy", "versions:numpy: 2.4.6, now 2.5.0"),
        ("packages/numpy", ..., "versions:numpy", "versions:numpy: 2.4.6, now none"),
        ("python", "3.13.1", "versions:python", "versions:python: 3.11.7, now 3.13.1"),
        (
            "blas",
            [{"library": "openblas", "version": "0.3.31", "kernel": "SkylakeX", "threads": 1}],
            "blas",
            "blas: openblas 0.3.31 Haswell, now openblas 0.3.31 SkylakeX",
        ),
        ("threads/torch", 4, "threads", "threads (torch): 8, now 4"),
        ("threads/blas", 4, "threads", "threads (blas): 1, now 4"),
        ("platform/vectors", "X86_V4", "platform", "platform (vectors): X86_V3, now X86_V4"),
    ],
)
def test_one_change_has_one_name(path: str, value: Any, name: str, shown: str) -> None:
    found = changes(MANIFEST, edited(path, value))
    assert [(change.name, str(change)) for change in found] == [(name, shown)]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("platform/release", "6.2"),  # of the operating system
        ("threads/process", 4),  # which our calls don't use
        ("threads/torch", ...),  # torch was not loaded
        ("data", ...),  # an older manifest
        ("settings/training/seed", None),  # the one that was drawn counts
        (
            "blas",
            [*MANIFEST["blas"], {"library": "mkl", "version": "2026", "kernel": None, "threads": 1}],
        ),
    ],
)
def test_what_changes_no_weights_is_no_change(path: str, value: Any) -> None:
    assert names(edited(path, value)) == []


def test_a_change_of_a_variable_is_named_once_where_it_is_used() -> None:
    new = edited("settings/paths/train", "other")
    assert names(new) == ["paths.train"]
    new["settings"]["corpora"]["train"]["path"] = "other"
    assert names(new) == ["corpora.train.path"]
    seeded = edited("settings/system/seed", 1)
    seeded["settings"]["training"]["seed"] = 1
    seeded["seed"] = 1
    assert names(seeded) == ["seed"]


def test_edited_files_of_a_package_are_named_where_its_version_is_the_same() -> None:
    new = edited("sources/acme-nlp", {"acme_nlp/a.py": "1", "acme_nlp/b.py": "3"})
    (change,) = changes(MANIFEST, new)
    assert change.name == "code:acme-nlp"
    assert str(change).startswith("code:acme-nlp (acme_nlp/b.py changed): sha256 ")
    new["packages"]["acme-nlp"] = "1.1"
    assert names(new) == ["versions:acme-nlp"]


def test_many_files_are_counted() -> None:
    old = edited("data/corpora.train", {"sha256": "1", "files": {str(number): "1" for number in range(9)}})
    new = edited("data/corpora.train", {"sha256": "2", "files": {str(number): "2" for number in range(9)}})
    (change,) = changes(old, new)
    assert change.detail == "0 changed, 1 changed, 2 changed, 3 changed, 4 changed and 4 more"


def test_devices_are_compared_by_what_they_are() -> None:
    gpu = {**MANIFEST, "gpu_id": 0, "gpu": {"name": "H200", "cuda": 13000}}
    (change,) = changes(MANIFEST, gpu)
    assert (change.name, str(change)) == ("device", "device: CPU, now H200 13000")
    assert changes(gpu, {**gpu, "gpu_id": 1}) == []
    assert names({**gpu, "gpu": {"name": "A100", "cuda": 13000}}, gpu) == ["device"]


def test_nan_is_no_change_and_types_are() -> None:
    nan = edited("settings/training/dropout", float("nan"))
    assert changes(nan, copy.deepcopy(nan)) == []
    assert names(edited("settings/training/max_steps", 100.0)) == ["training.max_steps"]
    assert names(edited("settings/training/max_steps", True), edited("settings/training/max_steps", 1)) == [
        "training.max_steps"
    ]


def test_the_most_suspicious_comes_first() -> None:
    new = edited("seed", 1)
    new["data"]["corpora.dev"]["sha256"] = "0"
    new["settings"]["training"]["dropout"] = 0.5
    new["code"]["functions.py"] = "0"
    new["packages"]["numpy"] = "3"
    new["blas"][0]["version"] = "1"
    new["threads"]["torch"] = 1
    new["gpu_id"] = 0
    new["platform"]["libc"] = "musl"
    assert [change.kind for change in changes(MANIFEST, new)] == list(KINDS)


def test_what_is_not_allowed_is_refused_with_the_words_that_would_allow_it() -> None:
    found = changes(MANIFEST, {**edited("settings/training/max_steps", 200), "seed": 1})
    with pytest.raises(UsageError) as caught:
        refuse(found, ["config"], "out/checkpoints/step-00000020")
    assert caught.value.message == (
        "out/checkpoints/step-00000020 comes from a run that differs from this one, so going on would not repeat it:\n"
        "  seed: 0, now 1"
    )
    assert "--allow-drift seed." in caught.value.hint
    assert "--allow-drift training.max_steps" not in caught.value.hint
    with pytest.raises(UsageError, match="--allow-drift seed --allow-drift training.max_steps"):
        refuse(found, [], "x")


@pytest.mark.parametrize(
    ("word", "covered"),
    [
        ("data", True),
        ("data:corpora.train", True),
        ("data:corpora.dev", False),
        ("corpora.train", False),
        ("config", False),
    ],
)
def test_a_word_covers_a_name_or_a_kind(word: str, covered: bool) -> None:
    found = changes(MANIFEST, edited("data/corpora.train/sha256", "0"))
    if covered:
        assert refuse(found, [word], "x") == found
    else:
        with pytest.raises(UsageError, match="data:corpora.train"):
            refuse(found, [word], "x")


@pytest.mark.parametrize("word", ["training", "training.max_steps", "config"])
def test_a_section_covers_the_settings_in_it(word: str) -> None:
    found = changes(MANIFEST, edited("settings/training/max_steps", 200))
    assert refuse(found, [word], "x") == found


def test_a_section_does_not_cover_one_whose_name_begins_alike() -> None:
    change = Change("training.max_steps", "", 1, 2)
    assert not change.is_covered("train")
    assert not change.is_covered("training.max")


@pytest.mark.parametrize(
    ("word", "hint"), [("sead", "Did you mean seed"), ("version:numpy", "Did you mean versions:numpy")]
)
def test_a_misspelt_word_is_an_error_also_where_nothing_has_changed(word: str, hint: str) -> None:
    with pytest.raises(UsageError, match="nothing is called so") as caught:
        refuse([], [word], "x")
    assert hint in caught.value.hint


def test_words_for_what_has_not_changed_are_no_error_and_named_unless_they_are_kinds(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", "kernel")
    words = ["versions:numpy", "training.max_steps", "training", "code:x.py"]
    assert refuse([], ["seed", *words, "training"], "x") == []
    assert caplog.messages == [
        f"--allow-drift {word} allows nothing, because nothing that it names has changed" for word in words
    ]


def test_a_word_that_allows_nothing_leads_to_the_change_that_was_meant(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", "kernel")
    found = changes(MANIFEST, edited("settings/training/max_steps", 200))
    with pytest.raises(UsageError, match="training.max_steps"):
        refuse(found, ["training.max_step"], "x")
    assert caplog.messages[0].endswith("nothing that it names has changed: did you mean training.max_steps?")


_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text("ab", max_size=3)
_SETTINGS = st.dictionaries(
    st.text("abc", min_size=1, max_size=2),
    st.dictionaries(st.text("xyz", min_size=1, max_size=2), _LEAVES, min_size=1),
    max_size=3,
)


@given(_SETTINGS, _SETTINGS)
def test_every_difference_of_settings_is_named_and_nothing_else(old: Any, new: Any) -> None:
    def leaves(settings: Any) -> dict[str, str]:
        return {
            f"{section}.{key}": json.dumps(value)
            for section, block in settings.items()
            for key, value in block.items()
        }

    before, after = leaves(old), leaves(new)
    expected = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    found = {change.name for change in changes({"settings": old}, {"settings": new})}
    assert found == expected
