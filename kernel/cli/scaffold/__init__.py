"""What `kernel plugins new` writes: one small package for every kind of plugin."""
