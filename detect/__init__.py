"""Packets to facts: which vehicles and people a camera saw, where, and under which track."""

from detect.offline import keep_ultralytics_offline

keep_ultralytics_offline()
