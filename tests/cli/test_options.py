"""What commands share: code that is read first, and the pipeline."""

import pytest

from kernel.cli.options import load_codes, load_pipeline
from kernel.cli.run import run
from kernel.errors import CodeError, UsageError
from kernel.registries.family import registry


def test_code_is_loaded_in_its_order(tmp_path):
    with registry.restored():
        for name in ("a", "b"):
            text = f"from kernel import registry\nregistry.misc('{name}.v1', func=lambda: 1)\n"
            (tmp_path / f"{name}.py").write_text(
                text + ("assert registry.has('misc', 'a.v1')\n" if name == "b" else "")
            )
        with pytest.raises(CodeError):
            load_codes((tmp_path / "b.py", tmp_path / "a.py"))
        assert not registry.has("misc", "a.v1")
        load_codes((tmp_path / "a.py", tmp_path / "b.py"))
        assert registry.has("misc", "a.v1") and registry.has("misc", "b.v1")


def test_a_pipeline_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="can't find the pipeline"):
        load_pipeline(str(tmp_path / "none"), -1)


@pytest.mark.parametrize(
    "words",
    [
        ["train", ""],
        ["train", "a.cfg", "--output", ""],
        ["train", "a.cfg", "--code", ""],
        ["convert", "", "out"],
        ["convert", "a.jsonl", ""],
        ["apply", "model", "", "out.jsonl"],
        ["apply", "", "in.txt", "out.jsonl"],
        ["evaluate", "model", ""],
        ["init", "config", ""],
        ["init", "labels", "a.cfg", ""],
        ["package", "model", ""],
        ["assemble", "a.cfg", ""],
    ],
)
def test_an_empty_path_is_not_the_current_directory(words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.jsonl").write_text('{"text": "Ann."}\n')
    assert run(words) == 2
    assert "the path is empty. Is a variable of the shell not set?" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]
