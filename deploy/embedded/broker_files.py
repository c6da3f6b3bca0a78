"""What the embedded broker reads: its properties and its logging configuration. Pure text."""

from __future__ import annotations

from pathlib import Path

# A keyframe of a 4K camera is one record; the largest seen in practice stay well under this.
MESSAGE_MAX_BYTES = 16 * 1024 * 1024

_SERVER = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={log_dir}

# Topics are made on purpose, with their retention; a misspelt name must not make one.
auto.create.topics.enable=false
delete.topic.enable=true

# One node: nothing to replicate to. Few internal partitions, for a fast start.
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=5
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=5
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=5

# A lone worker need not wait for others to join, and its death may be noticed quickly.
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000

# After a kill the broker may register anew only when its former life has timed out.
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=1000

# Video is kept for minutes: look for expired segments often, and free their space soon.
log.retention.check.interval.ms=5000
log.segment.delete.delay.ms=5000

# One record may be a 4K keyframe.
message.max.bytes={message_max_bytes}
replica.fetch.max.bytes={message_max_bytes}
replica.fetch.response.max.bytes={fetch_max_bytes}
fetch.max.bytes={fetch_max_bytes}

# The cleaner's default of 128 MiB is a quarter of the heap; the compacted topics are small.
log.cleaner.dedupe.buffer.size=16777216
num.network.threads=2
num.io.threads=4
"""

_LOG4J2 = """\
status = warn
name = constat-embedded-kafka
appender.file.type = RollingFile
appender.file.name = file
appender.file.fileName = {log_file}
appender.file.filePattern = {log_file}.%i
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{{ISO8601}} %p %m (%c)%n
appender.file.policies.type = Policies
appender.file.policies.size.type = SizeBasedTriggeringPolicy
appender.file.policies.size.size = 10MB
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = 2
rootLogger.level = warn
rootLogger.appenderRef.file.ref = file
"""


def server_properties(log_dir: Path, port: int, controller_port: int) -> str:
    """The broker's `server.properties`: one KRaft node, on the loopback address only."""
    return _SERVER.format(
        log_dir=log_dir,
        port=port,
        controller_port=controller_port,
        message_max_bytes=MESSAGE_MAX_BYTES,
        fetch_max_bytes=4 * MESSAGE_MAX_BYTES,
    )


def log4j2_properties(log_file: Path) -> str:
    """The broker's logging: warnings and worse to `log_file`, at most three files of 10 MB."""
    return _LOG4J2.format(log_file=log_file)
