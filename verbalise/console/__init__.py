"""The console: three desks in a browser, where named people look, decide and are logged."""
