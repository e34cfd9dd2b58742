"""JAX functions in models of kernel."""
