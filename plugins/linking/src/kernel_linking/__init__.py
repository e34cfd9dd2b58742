"""Entity linking: knowledge bases, and the component that chooses an entity for each mention."""
