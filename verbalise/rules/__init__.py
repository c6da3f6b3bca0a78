"""Rules: pure functions from what was seen and what devices reported to claims, with reasons."""
