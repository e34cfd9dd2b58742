"""Chinese function words: they hold sentences together and say little about what a text is about."""

from __future__ import annotations

from kernel_languages.base.words import words

_PRONOUNS = """
    我 你 您 他 她 它 我们 咱们 你们 您们 他们 她们 它们 自己 大家 人家 别人 谁 什么 哪 哪个 哪些 哪里 哪儿 这 那 这个 那个 这些 那些 这里 那里 这儿 那儿 这样 那样 这么 那么 怎么 怎样
    如何 多少 几 某 某些 各 每 每个 本 该 其 其他 其它 其中 此 彼 之 者
"""
_PARTICLES = """
    的 地 得 了 着 过 吗 呢 吧 啊 呀 嘛 哦 哪 么 们 所 等 等等 而已 罢了 似的
"""
_PREPOSITIONS = """
    在 从 自 自从 到 往 向 朝 对 对于 关于 至于 跟 和 与 同 给 为 为了 由 由于 把 将 被 让 叫 比 按 按照 根据 据 依 依照 以 因 沿 沿着 随 随着 除 除了 通过 经过 当 于 至 连 凭
    用
"""
_CONJUNCTIONS = """
    及 以及 或 或者 还是 而 而且 并 并且 但 但是 可是 不过 然而 却 只是 因为 所以 因此 因而 于是 既 既然 如果 假如 要是 若 若是 即使 虽然 尽管 只要 只有 除非 无论 不管 不但 不仅 何况
    况且 否则 然后 接着 此外 另外 例如 比如 即 且 则
"""
_AUXILIARIES = """
    是 有 没有 没 能 能够 会 可 可以 可能 应 应该 应当 要 想 须 必须 需要 得以 敢 肯 愿意
"""
_ADVERBS = """
    不 别 未 无 非 也 都 又 再 还 还有 就 才 只 仅 仅仅 很 太 更 最 极 非常 十分 比较 稍 已 已经 曾 曾经 正 正在 刚 刚刚 马上 立刻 常 常常 经常 总是 往往 一直 仍 仍然 依然 一起
    一样 一些 一点 有些 有的 全 全部 几乎 大约 约 左右 上 下 里 中 内 外 间 前 后 时
"""

STOP_WORDS: set[str] = set(
    words(_PRONOUNS + _PARTICLES + _PREPOSITIONS + _CONJUNCTIONS + _AUXILIARIES + _ADVERBS)
)
