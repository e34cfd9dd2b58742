"""Korean function words: they hold sentences together and say little about what a text is about."""

from __future__ import annotations

from kernel_languages.base.words import words

_PRONOUNS = """
    나 나는 내 내가 나를 저 저는 제 제가 저를 우리 우리는 우리가 우리의 저희 너 너는 네 네가 너희 당신 당신은 당신의 그 그는 그가 그를 그의 그녀 그녀는 그녀가 그녀의 그들 그들은 그들이
    그들의 누구 누가 무엇 무엇을 뭐 자기 자신 스스로 모두 아무
"""
_DEMONSTRATIVES = """
    이 이것 이것은 이것이 그것 그것은 그것이 저것 여기 거기 저기 여기서 거기서 이런 그런 저런 어떤 어느 무슨 이렇게 그렇게 저렇게 어떻게 언제 어디 어디서 왜 얼마나 이때 그때
"""
_DEPENDENT_NOUNS_AND_PARTICLES = """
    것 것은 것이 것을 수 수가 등 및 때 때문 때문에 데 바 줄 중 뿐 만큼 대로 듯 채 이나 은 는 이 가 을 를 의 에 에서 에게 께 와 과 로 으로 도 만 까지 부터 보다 처럼 마다 조차 대해
    대한 위해 위한 따라 따르면 통해 관한 의해
"""
_CONJUNCTIONS = """
    그리고 그러나 그런데 하지만 그래서 그러므로 따라서 또 또는 또한 혹은 즉 왜냐하면 만약 만일 비록 그러면 그럼 그래도 다만 한편 게다가
"""
_AUXILIARIES = """
    이다 있다 있는 있고 있어 있었다 있습니다 없다 없는 없이 없었다 아니다 아닌 아니라 하다 하는 하고 한 할 해 했다 합니다 된 되는 되다 되어 됐다 된다 않다 않는 않은 않고 않았다 못 못하다 안
    같은 같다 싶다
"""
_ADVERBS = """
    더 가장 매우 아주 너무 잘 좀 조금 많이 다 거의 이미 벌써 아직 지금 이제 다시 항상 늘 자주 가끔 곧 바로 함께 같이 오직 특히 역시 물론 아마 네 아니요 각 여러 모든 다른
"""

STOP_WORDS: set[str] = set(
    words(
        _PRONOUNS + _DEMONSTRATIVES + _DEPENDENT_NOUNS_AND_PARTICLES + _CONJUNCTIONS + _AUXILIARIES + _ADVERBS
    )
)
