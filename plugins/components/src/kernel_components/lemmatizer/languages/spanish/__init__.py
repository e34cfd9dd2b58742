"""The lemmatizer of Spanish: rules chosen by features, and pronouns that hang on verbs."""
