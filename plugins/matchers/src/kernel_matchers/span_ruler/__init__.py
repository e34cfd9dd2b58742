"""The components `span_ruler` and `future_entity_ruler`: spans by rules, and filters that make entities of them."""
