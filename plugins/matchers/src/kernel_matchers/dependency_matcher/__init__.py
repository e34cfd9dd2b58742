"""`DependencyMatcher`: rules over trees of tokens, with keys."""
