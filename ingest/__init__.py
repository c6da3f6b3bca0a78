"""Cameras and devices to topics, and the bus that every worker speaks."""
