"""`kernel init config`: complete configs from what the installed components recommend."""

import shlex
from pathlib import Path

import pytest

from kernel import registry
from kernel.cli.run import run
from kernel.config import Config

pytestmark = pytest.mark.needs(
    "kernel-nlp-languages",
    "kernel-nlp-components",
    "kernel-nlp-architectures",
    "kernel-nlp-readers",
    "kernel-nlp-batchers",
    "kernel-nlp-callbacks",
)

CODE = """
from kernel.component import Component
from kernel.language import SHARED, Language, Recommendation

def recommend_source(lang, optimize, gpu):
    return Recommendation(
        {"width": 7 if optimize == "efficiency" else 8},
        listener={"@architectures": "kernel.Tok2VecListener.v1", "width": "${components.test_source.width}"},
        sections={"training": {"accumulate_gradient": 3}},
        needs={"paths.vectors": "a table of numbers"},
        comments={"components.test_source.width": "Seven is enough."},
    )

@Language.factory("test_source", default_score_weights={"source_score": 0.0}, recommend=recommend_source)
def source(nlp, name: str, width: int = 1, height: int = 2):
    return Component(name)

def recommend_listening(lang, optimize, gpu):
    return Recommendation({"net": {"below": SHARED, "lang": lang}}, sources=("test_absent" if gpu else "test_source",))

@Language.factory("test_listening", default_score_weights={"test_f": 1.0}, recommend=recommend_listening)
def listening(nlp, name: str, net: dict):
    return Component(name)

@Language.factory("test_plain", default_score_weights={"plain_f": 1.0}, recommend=lambda *choice: {"choice": choice})
def plain(nlp, name: str, choice: list, more: bool = False):
    return Component(name)

@Language.factory("test_own", recommend=lambda *choice: {"model": {"tok2vec": {"width": 4}}})
def own(nlp, name: str, model: dict):
    return Component(name)

BEHIND = Recommendation({"size": 9}, sections={"training": {"annotating_components": ["test_silent"]}})

@Language.factory("test_behind", recommend=lambda *choice: Recommendation({"size": 5, "more": True}, behind={"test_silent": BEHIND}))
def behind(nlp, name: str, size: int, more: bool):
    return Component(name)

@Language.factory("test_silent")
def silent(nlp, name: str, size: int = 4):
    return Component(name)
"""


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "parts.py").write_text(CODE)
    with registry.restored():
        yield


def init(pipeline: str, *args: str, output: str = "out.cfg") -> int:
    return run(["init", "config", output, "--pipeline", pipeline, "--code", "parts.py", *args])


def made(pipeline: str, *args: str) -> Config:
    assert init(pipeline, *args) == 0
    return Config.from_disk("out.cfg")


def test_shared_vectors_are_added_in_front_of_what_listens_to_them() -> None:
    config = made("textcat,ner,tagger")
    assert config["nlp"]["pipeline"] == ["tok2vec", "textcat", "ner", "tagger"]
    assert config["nlp"]["lang"] == "en"
    model = config["components"]["tok2vec"]["model"]
    assert model["@architectures"] == "kernel.Tok2Vec.v2"
    assert (model["encode"]["width"], model["encode"]["depth"]) == (96, 4)
    assert model["embed"]["rows"] == [5000, 1000, 2500, 2500]
    assert model["embed"]["include_static_vectors"] is False
    for name in ("ner", "tagger"):
        below = config["components"][name]["model"]["tok2vec"]
        assert below["@architectures"] == "kernel.Tok2VecListener.v1"
        assert below["width"] == "${components.tok2vec.model.encode.width}"
    assert config["components"]["tagger"]["label_smoothing"] == 0.05
    assert config["components"]["ner"]["model"]["hidden_width"] == 64


@pytest.mark.parametrize(("name", "exclusive"), [("textcat", True), ("textcat_multilabel", False)])
def test_a_bag_of_words_needs_no_shared_vectors(name: str, exclusive: bool) -> None:
    config = made(name)
    assert config["nlp"]["pipeline"] == [name]
    model = config["components"][name]["model"]
    assert model["@architectures"] == "kernel.TextCatBOW.v3"
    assert (model["ngram_size"], model["exclusive_classes"]) == (1, exclusive)


def test_for_accuracy(capsys: pytest.CaptureFixture[str]) -> None:
    config = made("textcat", "--optimize", "accuracy")
    assert config["nlp"]["pipeline"] == ["tok2vec", "textcat"]
    source = config["components"]["tok2vec"]["model"]
    assert (source["encode"]["width"], source["encode"]["depth"]) == (256, 8)
    assert source["embed"]["include_static_vectors"] is True
    assert config["components"]["textcat"]["model"]["@architectures"] == "kernel.TextCatEnsemble.v2"
    assert "--paths.vectors" in capsys.readouterr().out


def test_the_config_is_complete(capsys: pytest.CaptureFixture[str]) -> None:
    made("ner,textcat")
    assert run(["init", "fill-config", "out.cfg", "again.cfg"]) == 0
    assert Path("again.cfg").read_text() == Path("out.cfg").read_text()
    assert "# " in Path("out.cfg").read_text()


def test_scores_share_the_weight() -> None:
    weights = made("test_listening,test_plain")["training"]["score_weights"]
    assert weights == {"source_score": 0.0, "test_f": 0.5, "plain_f": 0.5}


def test_a_recommendation_may_be_a_block_or_none_at_all() -> None:
    components = made("test_plain,test_silent", "--lang", "xx", "--optimize", "accuracy")["components"]
    assert components["test_plain"] == {
        "factory": "test_plain",
        "choice": ["xx", "accuracy", False],
        "more": False,
    }
    assert components["test_silent"] == {"factory": "test_silent", "size": 4}


def test_a_recommendation_may_depend_on_what_comes_before() -> None:
    config = made("test_behind,test_silent")
    assert config["components"]["test_behind"] == {"factory": "test_behind", "size": 5, "more": True}
    assert config["training"]["annotating_components"] == []
    config = made("test_silent,test_behind", "--force")
    assert config["components"]["test_behind"] == {"factory": "test_behind", "size": 9, "more": True}
    assert config["training"]["annotating_components"] == ["test_silent"]


@pytest.mark.parametrize("name", ["spancat", "spancat_singlelabel"])
def test_categories_of_what_a_span_finder_finds(name: str) -> None:
    config = made(f"span_finder,{name}")
    finder, categories = config["components"]["span_finder"], config["components"][name]
    assert categories["suggester"]["@misc"] == "kernel.preset_spans_suggester.v1"
    assert categories["suggester"]["spans_key"] == categories["spans_key"] == finder["spans_key"]
    assert config["training"]["annotating_components"] == ["span_finder"]


def test_any_component_can_be_a_source() -> None:
    config = made("test_silent,test_listening")
    assert config["nlp"]["pipeline"] == ["test_source", "test_silent", "test_listening"]
    assert config["components"]["test_source"] == {"factory": "test_source", "width": 7, "height": 2}
    net = config["components"]["test_listening"]["net"]
    assert net["below"]["width"] == "${components.test_source.width}"
    assert net["lang"] == "en"
    assert config["training"]["accumulate_gradient"] == 3
    text = Path("out.cfg").read_text()
    assert "# Seven is enough.\nwidth = 7\n" in text
    assert "# Needed: a table of numbers.\nvectors = null\n" in text


def test_a_named_source_comes_before_the_recommended_one() -> None:
    config = made("ner,test_source")
    assert config["nlp"]["pipeline"] == ["test_source", "ner"]
    assert config["components"]["ner"]["model"]["tok2vec"]["width"] == "${components.test_source.width}"


def test_a_source_that_nobody_listens_to_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert made("test_source,test_plain")["nlp"]["pipeline"] == ["test_plain"]
    assert "'test_source' is left out" in capsys.readouterr().err
    assert made("test_source", "--force")["nlp"]["pipeline"] == ["test_source"]


def test_gpu_without_its_source_gives_a_config_for_the_cpu(capsys: pytest.CaptureFixture[str]) -> None:
    config = made("test_listening,test_plain", "--gpu")
    assert config["nlp"]["pipeline"] == ["test_source", "test_listening", "test_plain"]
    assert config["components"]["test_plain"]["choice"] == ["en", "efficiency", False]
    captured = capsys.readouterr()
    assert "there is no component 'test_absent' here" in captured.err and "--gpu-id 0" in captured.err
    assert "on a CPU" in captured.out and "--gpu-id" not in captured.out


def test_what_was_chosen_and_the_next_two_commands(capsys: pytest.CaptureFixture[str]) -> None:
    made("ner,textcat")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "wrote out.cfg"
    assert any("kernel.Tok2Vec.v2 (added for ner)" in line for line in lines)
    commands = [shlex.split(line) for line in lines if line.startswith("  kernel ")]
    assert [command[1] for command in commands] == ["debug", "train"]
    assert all("out.cfg" in command and "--paths.train" in command for command in commands)


@pytest.mark.needs("kernel-nlp-pretraining")
@pytest.mark.parametrize(
    ("pipeline", "component", "layer"), [("ner", "tok2vec", ""), ("test_own", "test_own", "tok2vec")]
)
def test_with_pretraining(
    pipeline: str, component: str, layer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = made(pipeline).to_str()
    capsys.readouterr()
    config = made(pipeline, "--pretraining", "--force")
    commands = [
        line.split()[1] for line in capsys.readouterr().out.splitlines() if line.startswith("  kernel ")
    ]
    assert commands == ["debug", "pretrain", "train"]
    section = config.pop("pretraining")
    assert (section["component"], section["layer"]) == (component, layer)
    assert section["corpus"] == "corpora.pretrain" and section["objective"]["@architectures"]
    assert config["corpora"].pop("pretrain")["path"] == "${paths.raw_text}"
    assert config["initialize"]["init_tok2vec"] == "${paths.init_tok2vec}"
    assert config["paths"].pop("raw_text", "absent") is None
    assert config == Config.from_str(plain), "nothing else is changed"
    Path("plain.cfg").write_text(plain)
    assert run(["init", "fill-config", "plain.cfg", "filled.cfg", "-pt", "--code", "parts.py"]) == 0
    assert Config.from_disk("filled.cfg") == Config.from_disk("out.cfg")


def test_pretraining_without_its_package(capsys: pytest.CaptureFixture[str]) -> None:
    deny = ["--deny", "kernel-nlp-pretraining"]
    assert run([*deny, "init", "config", "out.cfg", "--pretraining"]) == 2
    assert run([*deny, "init", "fill-config", "out.cfg", "--pretraining"]) == 2
    Path("base.cfg").write_text('[nlp]\nlang = "en"\npipeline = ["ner"]\n[components.ner]\nfactory = "ner"\n')
    assert run([*deny, "init", "fill-config", "base.cfg", "out.cfg", "-pt"]) == 2
    error = capsys.readouterr().err
    assert error.count("no package supplies the section [pretraining]\nIt is in kernel-nlp-pretraining") == 2
    assert not Path("out.cfg").exists()


def test_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert init("textcat", output="-") == 0
    captured = capsys.readouterr()
    assert Config.from_str(captured.out)["nlp"]["pipeline"] == ["textcat"]
    assert "kernel train" in captured.err and "wrote" not in captured.err


def test_a_file_is_not_replaced_without_force(capsys: pytest.CaptureFixture[str]) -> None:
    Path("out.cfg").write_text("mine")
    assert init("textcat") == 2
    assert Path("out.cfg").read_text() == "mine"
    assert "--force" in capsys.readouterr().err
    assert init("textcat", "--force") == 0
    assert Path("out.cfg").read_text() != "mine"


@pytest.mark.parametrize(
    ("pipeline", "args", "message"),
    [
        ("ner,nerr", (), "there is no component 'nerr'\nDid you mean 'ner'?"),
        ("ner,ner", (), "'ner' is named twice"),
        (" , ", (), "at least one component"),
        ("ner", ("--lang", "zz"), "there is no language 'zz'"),
    ],
)
def test_mistakes(
    pipeline: str, args: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert init(pipeline, *args) == 2
    error = capsys.readouterr().err
    assert message in error and "Traceback" not in error
    assert not Path("out.cfg").exists()


def test_a_component_of_the_field_that_nothing_provides_yet(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "config", "out.cfg", "-p", "span_cleaner"]) == 2
    error = capsys.readouterr().err
    assert "there is no component 'span_cleaner'\nNo package provides it yet." in error
    assert not Path("out.cfg").exists()


def test_a_component_of_the_field_that_will_not_be_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "config", "out.cfg", "-p", "beam_parser"]) == 2
    error = capsys.readouterr().err
    assert "beam_parser" in error and "takes many times as long" in error and "Take 'parser'" in error
    assert not Path("out.cfg").exists()
