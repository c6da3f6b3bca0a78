"""Claims to sealed cases: find the frames again, cut, read the plate where permitted, seal, queue."""
