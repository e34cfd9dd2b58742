"""Conformance suites, one module a family of registered things. `kernel.testing` has their names."""
