"""The topics that the stream app reads and writes, those of its own among them, and how far they have been read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from ingest import topics
from ingest.bus import TopicPartition
from ingest.errors import Halt
from ingest.topics import DAY_MS, TopicSpec, rejected

MEMORY_TABLE = "camera-memory"
DEVICES_TABLE = "device-history"


@dataclass(frozen=True, slots=True)
class StreamTopics:
    """Names of the topics; tests that share a broker give their own.

    Attributes:
        camera_devices: Device reports again, keyed by each camera that has a gate on the device, so that they
            meet the camera's tracks on one worker.
    """

    tracks: str = topics.TRACKS
    devices: str = topics.DEVICES
    camera_devices: str = "camera-devices"
    claims: str = topics.CLAIMS
    suppressed: str = topics.SUPPRESSED

    def read(self) -> tuple[str, str, str]:
        """The topics that are consumed."""
        return (self.tracks, self.devices, self.camera_devices)

    def flow(self) -> tuple[str, ...]:
        """All that must exist before the app starts, beside its own."""
        refusable = (rejected(self.tracks), rejected(self.devices))
        return (self.tracks, self.devices, self.claims, self.suppressed, *refusable)


def changelogs(group: str) -> tuple[str, str]:
    """The changelog topics of the app's two tables, as Faust names them."""
    return (f"{group}-{MEMORY_TABLE}-changelog", f"{group}-{DEVICES_TABLE}-changelog")


def own_topic_specs(group: str, names: StreamTopics | None = None) -> list[TopicSpec]:
    """The app's own topics, to be made with as many partitions as `tracks`: Faust is not left to make any."""
    names = names or StreamTopics()
    forwarded = TopicSpec(names.camera_devices, "camera", DAY_MS, by_camera=True)
    return [forwarded] + [TopicSpec(name, "camera", None, by_camera=True) for name in changelogs(group)]


class LogHeads(Protocol):
    """Asks the broker how far topics go and how far a group has come; `ingest.kafka.KafkaAdmin` does."""

    def end_offsets(self, topics: Iterable[str]) -> Mapping[TopicPartition, int]:
        """The next offset to be written of every partition.

        Raises:
            Halt: a topic does not exist, or the broker refuses this client.
            RetryLater: the broker is away.
        """
        ...

    def group_lag(self, group: str, topics: Iterable[str]) -> Mapping[TopicPartition, int]:
        """Records of each partition that the group has not committed. Raises as `end_offsets`."""
        ...


def check_partitions(heads: LogHeads, group: str, names: StreamTopics) -> None:
    """Makes sure that every topic exists and that those keyed by camera have as many partitions as one another.

    Raises:
        Halt: a topic is missing or has another number of partitions; the text says which and what to do.
        RetryLater: the broker is away.
    """
    together = (names.tracks, names.camera_devices, *changelogs(group))
    counts = dict.fromkeys({*names.flow(), *together}, 0)
    for place in heads.end_offsets(sorted(counts)):
        counts[place.topic] += 1
    for topic in together:
        if counts[topic] != counts[names.tracks]:
            raise Halt(
                f"{topic} has {counts[topic]} partitions and {names.tracks} has {counts[names.tracks]}; "
                f"they must have as many. Stop this worker, delete {topic} and run `constat topics`."
            )
