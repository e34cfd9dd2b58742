"""`Matcher`: rules over tokens, with keys."""
