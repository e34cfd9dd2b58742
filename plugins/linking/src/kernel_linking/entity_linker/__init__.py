"""The component that links entities to a knowledge base."""
