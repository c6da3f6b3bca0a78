"""Packets to facts: which vehicles and people a camera saw, where, and under which track."""
