"""The component `entity_ruler`: entities by rules."""
