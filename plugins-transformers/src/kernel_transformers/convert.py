"""The tokenizer of a model's folder as tokenizer.json; one that was saved in an older form is converted.

Older forms: vocab.txt (word pieces), vocab.json and merges.txt (pieces of bytes), and a model of SentencePiece. How texts are cut
follows from the class that tokenizer_config.json names, or else from the kind of the model; those that aren't known are refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel_transformers import needed, spm

TOKENIZER, CONFIG = "tokenizer.json", "tokenizer_config.json"
_OLD_SPECIALS = "special_tokens_map.json"
_SPM_NAMES = ("spm.model", "spiece.model", "sentencepiece.bpe.model", "tokenizer.model")
_BERT = ("[CLS]", "[SEP]")
_ROBERTA = ("<s>", "</s>")


def tokenizer_files(folder: Path) -> dict[str, bytes]:
    """tokenizer.json and tokenizer_config.json of a folder, by name, converted if it has none.

    Raises DataError, with the reason, if there is no tokenizer or one that can't be converted.
    """
    config = _read(folder / _OLD_SPECIALS) | _read(folder / CONFIG)
    ready = folder / TOKENIZER
    content = ready.read_bytes() if ready.is_file() else _converted(folder, config)
    return {TOKENIZER: content, CONFIG: json.dumps(config, ensure_ascii=False).encode("utf-8")}


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"no JSON: {error}", path=path) from None
    if not isinstance(found, dict):
        raise DataError("expected a JSON object", path=path)
    return found


def _converted(folder: Path, config: dict[str, Any]) -> bytes:
    model = str(_read(folder / "config.json").get("model_type", ""))
    named = str(config.get("tokenizer_class") or "").removesuffix("Fast").removesuffix("Tokenizer")
    kind = _KINDS.get(named or model)
    names = [
        name for name in ("vocab.txt", "vocab.json", "merges.txt", *_SPM_NAMES) if (folder / name).is_file()
    ]
    if not names:
        raise DataError(
            f"no {TOKENIZER}, and nothing that it could be made from",
            path=folder,
            hint="A model needs its tokenizer beside it.",
        )
    if kind is None:
        raise _refused(folder, f"tokenizers of the kind {named or model or 'unknown'} can't be converted")
    # What the class takes for granted, and the file needn't say.
    needed.tokenizers()
    convert, defaults = kind
    for key, value in defaults.items():
        config.setdefault(key, value)
    return convert(folder, config)


def _refused(folder: Path, reason: str) -> DataError:
    return DataError(
        f"no {TOKENIZER}, and {reason}",
        path=folder,
        hint="Make it once with the library transformers: AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER).",
    )


def _wordpiece(folder: Path, config: Mapping[str, Any]) -> bytes:
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers

    path = _found(folder, "vocab.txt")
    lines = path.read_text(encoding="utf-8").split("\n")
    words = lines[:-1] if lines[-1] == "" else lines
    vocabulary = {word.rstrip("\r"): number for number, word in enumerate(words)}
    made = Tokenizer(models.WordPiece(vocabulary, unk_token=_text(config, "unk_token")))
    made.normalizer = normalizers.BertNormalizer(
        clean_text=True,
        handle_chinese_chars=config.get("tokenize_chinese_chars", True),
        strip_accents=config.get("strip_accents"),
        lowercase=config.get("do_lower_case", True),
    )
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece(prefix="##")
    return _finished(made, folder, config)


def _byte_level(folder: Path, config: Mapping[str, Any]) -> bytes:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

    vocabulary = _read(_found(folder, "vocab.json"))
    lines = _found(folder, "merges.txt").read_text(encoding="utf-8").split("\n")
    pairs = [line.split(" ") for line in lines if line and not line.startswith("#version")]
    if any(len(pair) != 2 for pair in pairs):
        raise DataError("a line that isn't a pair", path=folder / "merges.txt")
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=[(left, right) for left, right in pairs]))
    space = bool(config.get("add_prefix_space", False))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=space)
    made.decoder = decoders.ByteLevel()
    opens, closes = (_text(config, name) for name in ("cls_token", "sep_token"))
    if opens is None or closes is None:
        made.post_processor = processors.ByteLevel(trim_offsets=True)
    elif (opens, closes) == _ROBERTA:
        end, start = ((text, _number(made, text, folder)) for text in (closes, opens))
        made.post_processor = processors.RobertaProcessing(
            end, start, trim_offsets=True, add_prefix_space=space
        )
        return _finished(made, folder, config, around=False)
    return _finished(made, folder, config, around=opens is not None)


def _unigram(folder: Path, config: Mapping[str, Any]) -> bytes:
    path = _found(folder, *_SPM_NAMES)
    model = spm.parse(path)
    if not model.is_unigram:
        raise _refused(folder, f"{path.name} is a model of SentencePiece of another kind than unigram")
    extra = config.get("extra_ids", 0)
    pieces = list(model.pieces)
    if config.get("shifted"):
        # The numbers of fairseq: four special pieces, then what follows the first three of SentencePiece.
        opening = [spm.Piece(text, 0.0, spm.CONTROL) for text in ("<s>", "<pad>", "</s>")]
        pieces = [*opening, spm.Piece("<unk>", 0.0, spm.UNKNOWN), *pieces[3:]]
    known = {piece.text for piece in pieces}
    ends = [_text(config, "mask_token")] if not extra else []
    ends += [f"<extra_id_{number}>" for number in reversed(range(extra))]
    pieces += [spm.Piece(text, 0.0, spm.CONTROL) for text in ends if text and text not in known]
    made = spm.tokenizer(model, pieces, _steps_before(config))
    return _finished(made, folder, config)


def _steps_before(config: Mapping[str, Any]) -> list[Any]:
    """What happens to a text before SentencePiece gets it."""
    from tokenizers import normalizers

    steps: list[Any] = []
    if "keep_accents" in config:
        steps += [normalizers.Replace("``", '"'), normalizers.Replace("''", '"')]
        if not config["keep_accents"]:
            steps += [normalizers.NFKD(), normalizers.StripAccents()]
    if config.get("do_lower_case"):
        steps.append(normalizers.Lowercase())
    return steps


def _finished(made: Any, folder: Path, config: Mapping[str, Any], *, around: bool = True) -> bytes:
    """Special pieces become whole, and stand around a text."""
    from tokenizers import AddedToken, processors

    known = made.get_vocab()
    names = [_text(config, f"{name}_token") for name in ("pad", "unk", "cls", "sep", "mask", "bos", "eos")]
    for text in dict.fromkeys(name for name in names if name in known):
        # The word before a masked one keeps its space, as RoBERTa was trained.
        strips = text == "<mask>"
        made.add_special_tokens([AddedToken(text, normalized=False, lstrip=strips, special=True)])
    if around:
        opens, closes = _text(config, "cls_token"), _text(config, "sep_token")
        ends = [text for text in (opens, closes) if text is not None]
        made.post_processor = processors.TemplateProcessing(
            single=" ".join(text for text in (opens, "$A", closes) if text is not None),
            special_tokens=[(text, _number(made, text, folder)) for text in dict.fromkeys(ends)],
        )
    return bytes(made.to_str(), "utf-8")


def _found(folder: Path, *names: str) -> Path:
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise DataError(f"no {TOKENIZER}, and no {' or '.join(names)} that it could be made from", path=folder)


def _text(config: Mapping[str, Any], name: str) -> str | None:
    found = config.get(name)
    text = found.get("content") if isinstance(found, dict) else found
    return None if text is None else str(text)


def _number(made: Any, text: str, folder: Path) -> int:
    found = made.token_to_id(text)
    if found is None:
        raise DataError(f"the vocabulary has no {text}, which stands around each text", path=folder)
    return int(found)


def _specials(around: Sequence[str | None], **others: Any) -> dict[str, Any]:
    return {"cls_token": around[0], "sep_token": around[1], **others}


_Kind = tuple[Callable[[Path, dict[str, Any]], bytes], dict[str, Any]]
_WORDPIECE = _specials(_BERT, pad_token="[PAD]", unk_token="[UNK]", mask_token="[MASK]")
_FAIRSEQ = _specials(_ROBERTA, pad_token="<pad>", unk_token="<unk>", mask_token="<mask>")
_KINDS: dict[str, _Kind] = {
    **{
        name: (_wordpiece, _WORDPIECE)
        for name in [
            "Bert",
            "bert",
            "DistilBert",
            "distilbert",
            "Electra",
            "electra",
            "ConvBert",
            "convbert",
            "MobileBert",
            "mobilebert",
            "SqueezeBert",
            "squeezebert",
            "LayoutLM",
            "layoutlm",
            "Lxmert",
            "lxmert",
        ]
    },
    "MPNet": (_wordpiece, _FAIRSEQ | {"unk_token": "[UNK]"}),
    "mpnet": (_wordpiece, _FAIRSEQ | {"unk_token": "[UNK]"}),
    **{
        name: (_byte_level, _FAIRSEQ)
        for name in ["Roberta", "roberta", "Longformer", "longformer", "Bart", "bart", "LED", "led"]
    },
    "Deberta": (_byte_level, _WORDPIECE),
    "deberta": (_byte_level, _WORDPIECE),
    "GPT2": (_byte_level, _specials((None, None), unk_token="<|endoftext|>", eos_token="<|endoftext|>")),
    "gpt2": (_byte_level, _specials((None, None), unk_token="<|endoftext|>", eos_token="<|endoftext|>")),
    "XLMRoberta": (_unigram, _FAIRSEQ | {"shifted": True}),
    "xlm-roberta": (_unigram, _FAIRSEQ | {"shifted": True}),
    "DebertaV2": (_unigram, _WORDPIECE),
    "deberta-v2": (_unigram, _WORDPIECE),
    "Albert": (
        _unigram,
        _WORDPIECE
        | {"pad_token": "<pad>", "unk_token": "<unk>", "do_lower_case": True, "keep_accents": False},
    ),
    "T5": (_unigram, _specials((None, "</s>"), pad_token="<pad>", unk_token="<unk>", extra_ids=100)),
}
_KINDS |= {"albert": _KINDS["Albert"], "t5": _KINDS["T5"]}
