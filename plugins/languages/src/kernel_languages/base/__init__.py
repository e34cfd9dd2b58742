"""Rules that hold in any language written with spaces between words."""
