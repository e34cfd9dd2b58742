"""Chinese number words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kernel.vocab.attrs import LIKE_NUM
from kernel_languages.base.numbers import looks_like_number
from kernel_languages.base.words import words

_CARDINALS = """
    零 〇 一 二 两 三 四 五 六 七 八 九 十 百 千 万 亿 兆 半 壹 贰 叁 肆 伍 陆 柒 捌 玖 拾 佰 仟 萬 億 貳 參 陸 兩 廿 卅
"""
_ORDINALS = """
    首 头
"""

NUMBER_WORDS = frozenset(words(_CARDINALS + _ORDINALS))
# Digits and numerals in a row, with "number" before or "some" behind: 三百, 1.2万, 第17, 40多.
_WRITTEN_TOGETHER = re.compile(r"第?(?:[0-9.,]*[0-9%]|[零〇一二两三四五六七八九十百千万亿兆])+[多余几]?")


def like_num(text: str) -> bool:
    """Digits, numerals, and what is written together of both."""
    return looks_like_number(text, NUMBER_WORDS, _WRITTEN_TOGETHER)


LEX_ATTRS: dict[int, Callable[[str], Any]] = {LIKE_NUM: like_num}
