"""The whole chain on one machine, on the bundled street."""
