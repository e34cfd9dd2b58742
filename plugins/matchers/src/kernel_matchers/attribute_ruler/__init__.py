"""The component `attribute_ruler`: its rules, what they set, and how it is written."""
