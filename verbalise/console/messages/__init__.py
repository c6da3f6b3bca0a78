"""The console's sentences, one file per language."""
