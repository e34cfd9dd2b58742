"""Korean number words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kernel.vocab.attrs import LIKE_NUM
from kernel_languages.base.numbers import looks_like_number
from kernel_languages.base.words import words

_CARDINALS = """
    영 공 일 이 삼 사 오 육 칠 팔 구 십 백 천 만 억 조 경 하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉 열 한 두 세 네 열하나 열둘 스물 스무 서른 마흔 쉰 예순 일흔 여든 아흔
"""
_ORDINALS = """
    첫 첫째 둘째 셋째 넷째 다섯째 여섯째 일곱째 여덟째 아홉째 열째
"""

NUMBER_WORDS = frozenset(words(_CARDINALS + _ORDINALS))
# Digits and numerals of Chinese origin in a row, with "number" before or "-th" behind: 3만5천, 제2, 십이.
_WRITTEN_TOGETHER = re.compile(r"제?(?:[0-9.,]*[0-9]|[일이삼사오육칠팔구십백천만억조])+(?:번째)?")


def like_num(text: str) -> bool:
    """Digits, number words, and what is written together of both."""
    return looks_like_number(text, NUMBER_WORDS, _WRITTEN_TOGETHER)


LEX_ATTRS: dict[int, Callable[[str], Any]] = {LIKE_NUM: like_num}
