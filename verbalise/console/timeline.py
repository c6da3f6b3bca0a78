"""The line of time under the picture: what the devices said, who passed, and the instant of the facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ingest.model import DeviceEvent, DeviceEventKind
from verbalise.console.overlay import frame_s
from verbalise.console.viewings import clip_of
from verbalise.console.wording import Words
from verbalise.model import Case, Passage
from verbalise.site.model import Site

MOST_AROUND = timedelta(seconds=90)
"""Events farther from the facts than this are named in the list but do not stretch the line."""
LAST_QUARTER_PCT = 72.0
LETTER_PCT = 1.1
"""About how much of the line a letter of a label takes at the narrowest width of the desk."""

TONES: Mapping[DeviceEventKind, str] = {
    DeviceEventKind.LOWERING: "moving",
    DeviceEventKind.LOWERED: "free",
    DeviceEventKind.RAISING: "moving",
    DeviceEventKind.RAISED: "shut",
    DeviceEventKind.FORCED: "trouble",
    DeviceEventKind.STRUCK: "trouble",
    DeviceEventKind.FAULT: "trouble",
    DeviceEventKind.FAULT_CLEARED: "shut",
    DeviceEventKind.WORKS: "trouble",
    DeviceEventKind.WORKS_ENDED: "shut",
    DeviceEventKind.GREEN: "free",
    DeviceEventKind.AMBER: "moving",
    DeviceEventKind.RED: "trouble",
    DeviceEventKind.DARK: "shut",
}
"""How a lasting state is drawn; events without a tone are instants."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A state that lasted, in percent of the line."""

    left_pct: float
    width_pct: float
    tone: str
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """An instant, in percent of the line; its label stands before it where there is no room after."""

    at_pct: float
    tone: str
    label: str

    @property
    def label_before(self) -> bool:
        """Whether the label belongs to the left of the mark."""
        return self.at_pct > LAST_QUARTER_PCT

    @property
    def span_pct(self) -> tuple[float, float]:
        """From where to where the mark and its label reach, about."""
        reach = LETTER_PCT * (len(self.label) + 2)
        return (self.at_pct - reach, self.at_pct + 1) if self.label_before else (self.at_pct - 1, self.at_pct + reach)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the time line."""

    name: str
    segments: tuple[Segment, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything on one scale.

    Attributes:
        starts_s: Where the line begins, in seconds of the clip; negative before its first picture.
        said: The same as sentences, in order, for who does not see the line.
    """

    starts_s: float
    duration_s: float
    fact_pct: float
    clip_pct: tuple[float, float]
    rows: tuple[Row, ...]
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Scale:
    start: datetime
    end: datetime

    def pct(self, at: datetime) -> float:
        share = (at - self.start) / (self.end - self.start)
        return round(100 * min(1.0, max(0.0, share)), 2)


def timeline_of(case: Case, site: Site, words: Words) -> Timeline:
    """The time line of a case."""
    claim = case.claim
    clip_start, clip_end = _clip_span(case)
    scale = _scale([clip_start, clip_end, claim.at, *_instants(case)], claim.at)
    return Timeline(
        starts_s=round((scale.start - clip_start).total_seconds(), 3),
        duration_s=round((scale.end - scale.start).total_seconds(), 3),
        fact_pct=scale.pct(claim.at),
        clip_pct=(scale.pct(clip_start), scale.pct(clip_end)),
        rows=(*_device_rows(claim.devices, site, scale, words), _passages(case, scale, words)),
        said=_said(case, site, words),
    )


def _clip_span(case: Case) -> tuple[datetime, datetime]:
    """First and last instant of the clip, by its packets; of the vehicle's way where there is no clip."""
    claim, clip = case.claim, clip_of(case)
    seen = [point.video.captured_at for point in case.path] or [claim.at]
    start = case.evidence.clip_starts_at or min(seen)
    if clip is None:
        return start, max(seen)
    return start, start + timedelta(seconds=(clip.to_seq - clip.from_seq + 1) * frame_s(case))


def _instants(case: Case) -> list[datetime]:
    return [event.at for event in case.claim.devices] + [passage.at for passage in case.claim.passages]


def _scale(instants: Iterable[datetime], facts: datetime) -> _Scale:
    near = [at for at in instants if abs(at - facts) <= MOST_AROUND]
    margin = max(timedelta(seconds=0.2), (max(near) - min(near)) * 0.02)
    return _Scale(min(near) - margin, max(near) + margin)


def _device_rows(events: Sequence[DeviceEvent], site: Site, scale: _Scale, words: Words) -> list[Row]:
    rows: list[Row] = []
    for device in dict.fromkeys(event.device for event in events):
        own = [event for event in events if event.device == device]
        known = site.devices.get(device)
        name = known.name if known else device
        states = [event for event in own if event.kind in TONES]
        instants = [event for event in own if event.kind not in TONES]
        if states:
            rows.append(Row(name, _segments(states, scale, words)))
        if instants:
            counts = all(event.kind is DeviceEventKind.PASSAGE for event in instants)
            rows.append(
                Row(name if counts else words("timeline.badge"), marks=_readable(_badges(instants, scale, words)))
            )
    return rows


def _segments(states: Sequence[DeviceEvent], scale: _Scale, words: Words) -> tuple[Segment, ...]:
    ends = [event.at for event in states[1:]] + [scale.end]
    spans = [(event, scale.pct(event.at), scale.pct(end)) for event, end in zip(states, ends, strict=True)]
    return tuple(
        Segment(left, round(right - left, 2), TONES[event.kind], words(f"device.{event.kind}"))
        for event, left, right in spans
        if right > left
    )


def _badges(instants: Sequence[DeviceEvent], scale: _Scale, words: Words) -> tuple[Mark, ...]:
    return tuple(Mark(scale.pct(event.at), _badge_tone(event), _badge_label(event, words)) for event in instants)


def _badge_tone(event: DeviceEvent) -> str:
    return "trouble" if event.kind is DeviceEventKind.BADGE_REFUSED else "known"


def _badge_label(event: DeviceEvent, words: Words) -> str:
    label = words(f"device.{event.kind}")
    return f"{label} · {event.permit}" if event.permit else label


def _passages(case: Case, scale: _Scale, words: Words) -> Row:
    marks = tuple(
        Mark(scale.pct(passage.at), _passage_tone(case, passage), _passage_label(number, passage, words))
        for number, passage in enumerate(case.claim.passages, start=1)
    )
    return Row(words("timeline.passages"), marks=_readable(marks))


def _readable(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """The marks, without the labels that would cover another; the accused passage keeps its own."""
    taken = [mark.span_pct for mark in marks if mark.tone == "accused"]
    kept = []
    for mark in marks:
        left, right = mark.span_pct
        if mark.tone != "accused" and any(left < end and start < right for start, end in taken):
            kept.append(replace(mark, label=""))
        else:
            taken.append((left, right))
            kept.append(mark)
    return tuple(kept)


def _passage_tone(case: Case, passage: Passage) -> str:
    return "accused" if (passage.track, passage.at) == (case.claim.track, case.claim.at) else "known"


def _passage_label(number: int, passage: Passage, words: Words) -> str:
    if passage.covered_by is None:
        return words("timeline.uncovered", n=number)
    return words("timeline.covered", n=number, permit=passage.covered_by)


def _passage_said(number: int, passage: Passage, words: Words) -> str:
    kind = words(f"vehicle.{passage.kind or 'unknown'}").lower()
    return words("timeline.passed", kind=kind, what=_passage_label(number, passage, words))


def _said(case: Case, site: Site, words: Words) -> tuple[str, ...]:
    claim = case.claim
    lines = [(claim.at, words("timeline.facts"))]
    for event in claim.devices:
        known = site.devices.get(event.device)
        lines.append((event.at, f"{known.name if known else event.device} : {_badge_label(event, words)}"))
    lines += [(act.at, _passage_said(number, act, words)) for number, act in enumerate(claim.passages, start=1)]
    return tuple(f"{words.clock(at)} {text}" for at, text in sorted(lines))
