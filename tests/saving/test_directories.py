"""Saved pipelines are found, read and checked, whatever their class."""

import json

import pytest

import kernel
from kernel.errors import CodeError, DataError, KernelWarning, Locked, RegistryError, UsageError, WrongType
from kernel.files.atomic import atomic_directory
from kernel.language import Language
from kernel.registries.family import registry
from kernel.saving.directories import (
    as_names,
    class_of,
    existing,
    find_pipeline,
    load,
    load_pipeline,
    locate,
    packaged,
    read_meta,
    read_saved,
    reading,
    saved_in,
)
from kernel.saving.saved import Saved


class Plain:
    """A pipeline of a class of its own."""

    def __init__(self, saved: Saved, **settings: object) -> None:
        self.saved, self.settings = saved, settings

    @classmethod
    def from_saved(cls, saved: Saved, **settings: object) -> "Plain":
        return cls(saved, **settings)


@pytest.fixture(autouse=True)
def plain_class():
    with registry.restored():
        registry.languages("plain", Plain)
        yield


@pytest.fixture
def save(tmp_path):
    """`save(config, meta)`: a directory with a saved pipeline."""

    def write(config='[nlp]\nlang = "plain"\n', meta='{"name": "small"}', name="saved"):
        with atomic_directory(tmp_path / name) as folder:
            (folder / "config.cfg").write_text(config)
            if meta is not None:
                (folder / "meta.json").write_text(meta)
        return tmp_path / name

    return write


def test_a_pipeline_of_any_class_is_made_by_it(save):
    folder = save('[nlp]\nlang = "plain"\n\n[paths]\ntrain = "a"\nboth = ${paths.train}/b\n')
    pipeline, config = load_pipeline(folder, {"exclude": ["x"]}, {"paths": {"train": "c"}})
    assert isinstance(pipeline, Plain) and pipeline.settings == {"exclude": ["x"]}
    assert pipeline.saved.path == folder and pipeline.saved.meta["name"] == "small"
    assert config["paths"] == {"train": "c", "both": "${paths.train}/b"}
    assert kernel.load(folder).settings == {}


@pytest.mark.parametrize(
    ("overrides", "block"),
    [
        ({"a": {"b": {"c": 1}}}, {"c": 1, "d": 2}),
        ({"a.b": {"c": 1}}, {"c": 1, "d": 2}),
        ({"a": {"b": {"@misc": "x", "c": 1}}}, {"@misc": "x", "c": 1}),
        ({"a": {"b": {}}}, {}),
    ],
)
def test_overrides_over_the_saved_config(overrides, block, save):
    saved = read_saved(folder := save('[nlp]\nlang = "plain"\n[a]\n[a.b]\nc = 0\nd = 2\n'), folder, overrides)
    assert saved.config["a"]["b"] == block


@pytest.mark.parametrize("config", [{}, {"nlp": None}, {"nlp": {"lang": None}}, {"nlp": {"lang": ""}}])
def test_a_config_of_no_language_in_particular(config):
    assert class_of(config) is Language


def test_the_class_of_a_language():
    assert class_of({"nlp": {"lang": "plain"}}) is Plain


def test_what_people_edit_counts_as_it_is_now(save):
    folder = save()
    # Some editors put a byte order mark first.
    (folder / "meta.json").write_text('\ufeff{"name": "other"}', encoding="utf-8")
    with pytest.warns(
        KernelWarning, match=r"meta\.json was changed after it was saved; it counts as it is now"
    ):
        assert read_saved(folder, folder).meta == {"name": "other"}
    for damaged in (lambda: (folder / "meta.json").write_text(""), (folder / "meta.json").unlink):
        damaged()
        with pytest.raises(DataError, match=r"damaged directory: meta\.json"):
            read_saved(folder, folder)


def test_a_meta_table_need_not_be_there_and_must_be_json(save):
    assert read_meta(save(meta=None)) == {}
    with pytest.raises(DataError, match=r"meta\.json: not JSON"):
        read_meta(save(meta="{", name="broken"))


@pytest.mark.parametrize(("wanted", "warns"), [(">=99", True), (">=0", False), ("~~", False), (None, False)])
def test_the_version_that_a_pipeline_was_made_for(wanted, warns, save, recwarn):
    folder = save(meta=json.dumps({"kernel_version": wanted}))
    read_saved(folder, folder)
    found = [str(one.message) for one in recwarn if one.category is KernelWarning]
    assert len(found) == warns and all("was made for kernel >=99" in text for text in found)


def test_a_directory_without_a_pipeline_and_no_directory(tmp_path):
    with pytest.raises(UsageError, match="there is no such directory"):
        existing(tmp_path / "none")
    with pytest.raises(UsageError, match=r"holds no saved pipeline: it has no config\.cfg"):
        existing(tmp_path)


MODEL = {"acme_model/__init__": "raise SystemExit('imported')\n"}
POINTS = {"kernel_models": {"small_model": "acme_model"}}


@pytest.mark.parametrize("name", ["small_model", "small-model", "acme_model"])
def test_an_installed_package_is_found_without_importing_it(name, fake_distribution):
    place = fake_distribution("acme", entry_points=POINTS) / "acme_model"
    (place / "small-1.0").mkdir(parents=True)
    (place / "__init__.py").write_text("raise SystemExit('imported')\n")
    with pytest.raises(UsageError, match="the package 'acme_model' contains no saved pipeline"):
        locate(name)
    (place / "small-1.0" / "config.cfg").write_text("")
    assert packaged(name) == ("acme_model", place)
    assert locate(name) == find_pipeline(name) == place / "small-1.0"


def test_the_code_of_an_installed_package_is_imported_to_load_it(fake_distribution):
    place = fake_distribution("acme", entry_points=POINTS) / "acme_model"
    (place / "code").mkdir(parents=True)
    (place / "__init__.py").write_text("")
    (place / "config.cfg").write_text("")
    (place / "code" / "own.py").write_text("raise ZeroDivisionError\n")
    assert locate("small_model") == place
    with pytest.raises(CodeError, match="ZeroDivisionError"):
        find_pipeline("small_model")


@pytest.mark.parametrize("name", ["a b", "../up", "", "no_such_package_here"])
def test_names_that_are_no_packages(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert packaged(name) is None
    if name:
        with pytest.raises(UsageError, match="neither a directory nor an installed package"):
            locate(tmp_path / "none" / name)


def test_a_pipeline_that_is_not_there_is_an_error_of_the_system(tmp_path):
    # What scripts write around `load`.
    for missing in (tmp_path / "none", "no_such_package_here"):
        with pytest.raises(OSError, match="can't find the pipeline"):
            load(missing)
    with pytest.raises(OSError, match="holds no saved pipeline"):
        load(tmp_path)


def test_what_is_installed_is_said(fake_distribution, tmp_path, monkeypatch):
    fake_distribution("acme", entry_points=POINTS)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        locate("smal_model")
    assert str(tmp_path) in caught.value.hint and "Installed pipelines: small_model." in caught.value.hint


def test_one_name_or_several():
    assert as_names("ner") == ["ner"] and as_names(("a", "b")) == ["a", "b"] and as_names([]) == []


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (DataError("torn"), "part: torn"),
        (DataError("torn", path="part/cfg"), "part/cfg: torn"),
        (DataError("torn", path="component 'ner'"), "part: component 'ner': torn"),
        (UsageError("a label must be a string"), "part: a label must be a string"),
        (OSError(5, "I/O error"), "part: can't be read: I/O error"),
        (OSError(5, "I/O error", "file"), "file: can't be read: I/O error"),
        (MemoryError(), "part: too large for the memory that is free"),
        (IndexError("x"), "part: can't be read, it may be damaged: IndexError: x"),
    ],
)
def test_damage_is_named_with_its_place(error, message, tmp_path):
    with pytest.raises(DataError) as caught, reading("part"):
        raise error
    assert caught.value.message == message


@pytest.mark.parametrize("error", [RegistryError("no"), Locked("no")])
def test_other_errors_of_the_kernel_pass_as_they_are(error):
    with pytest.raises(type(error)) as caught, reading("part"):
        raise error
    assert caught.value is error


@pytest.mark.needs("kernel-nlp-languages")
def test_a_blank_pipeline_by_its_language():
    nlp = kernel.load("blank:en", config={"nlp": {"batch_size": 7}})
    assert (nlp.lang, nlp.component_names, nlp.batch_size) == ("en", [], 7)
    assert kernel.load("blank:mul").lang == "xx"
    for kind in (RegistryError, ImportError):
        with pytest.raises(kind, match="there is no language 'zz'"):
            kernel.load("blank:zz")


def test_the_output_of_a_training_means_its_best_model(tmp_path, caplog):
    nlp = Language()
    nlp.to_disk(tmp_path / "out" / "model-best")
    with caplog.at_level("INFO", logger="kernel"):
        assert locate(tmp_path / "out") == saved_in(tmp_path / "out") == tmp_path / "out" / "model-best"
    assert f"{tmp_path / 'out' / 'model-best'} is taken" in caplog.text
    assert kernel.load(tmp_path / "out").path == tmp_path / "out" / "model-best"
    assert type(nlp).from_disk(tmp_path / "out").path == tmp_path / "out" / "model-best"
    for other in (tmp_path, tmp_path / "out" / "model-best", tmp_path / "none"):
        assert saved_in(other) == other


def test_the_last_model_is_named_where_there_is_no_best(tmp_path):
    Language().to_disk(tmp_path / "out" / "model-last")
    with pytest.raises(UsageError) as caught:
        kernel.load(tmp_path / "out")
    assert caught.value.hint == f"The last model of the training is {tmp_path / 'out' / 'model-last'}"


def test_a_pipeline_may_lie_at_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    Language().to_disk(tmp_path / "own")
    assert locate("~/own") == find_pipeline("~/own") == tmp_path / "own"


@pytest.mark.parametrize("read", [kernel.load, Language().from_disk, Language.from_disk])
def test_a_path_that_is_not_there_is_an_error_that_python_has(tmp_path, read):
    with pytest.raises(FileNotFoundError, match="can't find the pipeline"):
        read(tmp_path / "nope")


@pytest.mark.parametrize("name", [None, 5, ["model"]])
def test_a_pipeline_is_loaded_by_a_name(name):
    with pytest.raises(
        WrongType, match="a pipeline is loaded by its directory or the name of its package, not by"
    ):
        kernel.load(name)
