"""Packets to facts: which vehicles and people a camera saw, where, and under which track."""

from detect.offline import keep_vision_libraries_offline

keep_vision_libraries_offline()
