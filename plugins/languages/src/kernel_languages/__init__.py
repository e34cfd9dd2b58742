"""Languages for kernel: tokenizer rules and lexical attributes."""
