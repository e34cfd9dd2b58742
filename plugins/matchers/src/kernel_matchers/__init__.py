"""Rules over tokens: patterns that are compiled once, and a component that sets attributes where they match."""
