"""The module `kernel.pipeline.attributeruler`."""

from kernel_matchers.attribute_ruler.component import AttributeRuler

__all__ = ["AttributeRuler"]
