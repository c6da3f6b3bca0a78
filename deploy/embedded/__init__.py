"""The embedded stack: what one machine needs to run everything, started as child processes."""
