"""Reports judged one by one, so that one which breaks a rule silences no other of its camera."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ingest.model import DeviceEvent
from verbalise.rules.device.model import DeviceJudged


@dataclass(frozen=True, slots=True)
class Broken:
    """A report on which a rule broke, and how."""

    report: DeviceEvent
    error: Exception


def one_by_one(
    reports: Iterable[DeviceEvent], judge: Callable[[DeviceEvent], DeviceJudged | None]
) -> tuple[list[DeviceJudged], list[Broken]]:
    """The verdicts, and the reports that could get none.

    A report that stayed unjudged would be named by every later call, and would break them all.
    """
    judged, broken = [], []
    for report in reports:
        try:
            verdict = judge(report)
        except Exception as error:  # noqa: BLE001 (a bug in one rule must not end device claims on a camera)
            broken.append(Broken(report, error))
            continue
        if verdict is not None:
            judged.append(verdict)
    return judged, broken
