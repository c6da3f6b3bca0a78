"""Detectors: one module per model runtime, and a scripted one for tests."""
