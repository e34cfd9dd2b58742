"""The module `kernel.pipeline.entityruler`."""

from kernel_matchers.entity_ruler.component import EntityRuler
from kernel_matchers.entity_ruler.scorer import entity_ruler_score, make_entity_ruler_scorer

__all__ = ["EntityRuler", "entity_ruler_score", "make_entity_ruler_scorer"]
