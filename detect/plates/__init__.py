"""The plate of a claimed vehicle, and of no other: find, read, combine. Memory lasts for one call."""
