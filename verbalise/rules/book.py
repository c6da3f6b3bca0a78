"""The rules in the order in which they are asked, and the lock before them: no legal basis, no analysis."""

from __future__ import annotations

from datetime import datetime

from detect.model import ObservedBreak
from ingest.model import BreakReason, PacketRef, StreamId
from verbalise.gate import may_analyse
from verbalise.rules import pedestrian_area_driving
from verbalise.rules.crossing import follow
from verbalise.rules.memory import CameraMemory, close, forget, has_seen, observe
from verbalise.rules.model import Circumstances, Judged, Judgement, Observed, Rule
from verbalise.site.model import Site, SiteCamera

RULES: tuple[Rule, ...] = (pedestrian_area_driving.RULE,)


def allowed_rules(site: Site, camera: SiteCamera, at: datetime) -> list[Rule]:
    """The rules whose offence the gate lets be analysed on a camera at an instant."""
    return [rule for rule in RULES if may_analyse(site, camera, rule.offence, at).allowed]


def take_in(memory: CameraMemory, observed: Observed, known: Circumstances) -> Judgement:
    """The memory after one record of the camera, and the verdicts that it makes due.

    A record that was taken in before changes nothing. Without a legal basis in force at the picture's
    instant nothing is remembered, and nothing is judged.
    """
    if has_seen(memory, observed):
        return Judgement(memory)
    rules = allowed_rules(known.site, known.camera, observed.video.captured_at)
    if not rules:
        return Judgement(_only_place(observed))
    stream, last = memory.stream, memory.video
    if stream is not None and last is not None and stream != observed.stream and not memory.broken:
        return _across_lost_break(memory, stream, last, observed, known)
    return _taken_in(memory, observed, known, rules)


def judges_now(memory: CameraMemory, observed: Observed, known: Circumstances) -> bool:
    """Whether taking in a record will judge something, so that all device reports so far must be in first."""
    waiting = memory.waiting()
    if not waiting or has_seen(memory, observed):
        return False
    ends = isinstance(observed, ObservedBreak) or observed.stream != memory.stream
    return ends or any(observed.video.captured_at >= entry.at + known.settle for entry in waiting)


def _only_place(observed: Observed) -> CameraMemory:
    return CameraMemory(observed.video, observed.stream, isinstance(observed, ObservedBreak))


def _taken_in(memory: CameraMemory, observed: Observed, known: Circumstances, rules: list[Rule]) -> Judgement:
    if not isinstance(observed, ObservedBreak):
        memory = follow(observe(memory, observed), observed, known.camera)
    judged: list[Judged] = []
    for rule in rules:
        judgement = rule.judge(memory, observed, known)
        memory = judgement.memory
        judged.extend(judgement.judged)
    if isinstance(observed, ObservedBreak):
        memory = close(memory, observed)
    return Judgement(forget(memory, observed.video.captured_at), tuple(judged))


def _across_lost_break(
    memory: CameraMemory, stream: StreamId, last: PacketRef, observed: Observed, known: Circumstances
) -> Judgement:
    """A record of another stream while the last one never ended: what waited is judged first."""
    ending = ObservedBreak(observed.camera, stream, last, BreakReason.LOST)
    ended = _taken_in(memory, ending, known, allowed_rules(known.site, known.camera, last.captured_at))
    begun = take_in(ended.memory, observed, known)
    return Judgement(begun.memory, ended.judged + begun.judged)
