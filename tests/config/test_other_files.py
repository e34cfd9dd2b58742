"""Files that are no configs, given as one: one message that says what they are."""

import pytest

from kernel import Config
from kernel.config.other_files import of_spacy, other_bytes, other_folder, other_text
from kernel.errors import ConfigError, UsageError


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ('{"lang": "en", "pipeline": []}', "x:1:1: this is JSON, no config", "config.cfg beside it"),
        ('\n\n{"a": 1}', "x:3:1: this is JSON, no config", "A config has sections"),
        ('{"text": "a"}\n{"text": "b"}\n', "x:1:1: this is JSON Lines, no config", "--paths.train"),
        ('{"a": \n', "x:1:1: this is JSON, no config", "A config has sections"),
        ('[{"paragraphs": []}]', "x:1:1: this is JSON, no config", "--paths.train"),
        ('[["a", {"cats": {}}]]', "x:1:1: this is JSON, no config", "--paths.train"),
    ],
)
def test_json_is_said_to_be_json_once(text, message, hint):
    with pytest.raises(ConfigError) as caught:
        Config.from_str(text, name="x", problems=[])
    assert len(caught.value.problems) == 1
    assert str(caught.value).startswith(message) and hint in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "[nlp]\nlang = en\n", "# {\n[a]\n", "[a.b]", "[12]\nx = 1\n", "[12]\n", "[NaN]\n", "[null]"]
)
def test_configs_are_no_json(text):
    assert other_text(text, "x") is None


def test_data_and_directories_given_as_a_config(tmp_path):
    file = tmp_path / "my train.spacy"
    file.write_bytes(b"\x78\x9c\xff\xfe")
    with pytest.raises(ConfigError, match=r"not UTF-8(.|\n)*--paths\.train '.*my train\.spacy'"):
        Config.from_disk(file)
    assert other_bytes(b"[a]\xff\xfe", file.with_suffix(".cfg")) == ""
    with pytest.raises(UsageError) as caught:
        Config.from_disk(tmp_path)
    assert caught.value.hint == other_folder(tmp_path) == ""
    (tmp_path / "model-best").mkdir()
    (tmp_path / "model-best" / "config.cfg").write_text("")
    with pytest.raises(UsageError, match=r"Its config is .*model-best.config\.cfg"):
        Config.from_disk(tmp_path)


def test_names_of_spacy():
    assert of_spacy("Adam.v1", True, "a.cfg") is None
    assert of_spacy("spacy.Strange.v1", False, "a.cfg") is None
    cause = of_spacy("spacy.Corpus.v1", True, "my file.cfg")
    assert (
        """sed -i.bak -E 's/"(spacy(-legacy|-transformers)?|srsly)\\./"kernel./g' 'my file.cfg'"""
        in cause.suggestion
    )
    assert cause == of_spacy("spacy-transformers.TransformerModel.v3", True, "my file.cfg")
    assert cause == of_spacy("spacy.Tok2Vec.v2", True, "my file.cfg")
    assert "pip install kernel-nlp-spacy" in cause.suggestion
    assert cause == of_spacy("srsly.read_json.v1", True, "my file.cfg")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_a_config_in_utf_16_is_told(tmp_path, encoding):
    path = tmp_path / "a.cfg"
    text = '[nlp]\nlang = "en"\n'
    path.write_bytes((text if encoding == "utf-16" else "\ufeff" + text).encode(encoding))
    with pytest.raises(ConfigError, match=r"not UTF-8.*\n.*iconv -f utf-16 -t utf-8 \S+a.cfg > a.utf8.cfg"):
        Config.from_disk(path)
