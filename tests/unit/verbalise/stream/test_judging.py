"""A report that breaks a rule is told of, and the others of its camera are judged all the same."""

from __future__ import annotations

from ingest.model import DeviceEvent, DeviceEventKind
from tests.builders import CAMERA, KEY, passes, reports, street_of_devices
from verbalise.rules.bollard import DeviceHistory
from verbalise.rules.device.book import judge
from verbalise.rules.device.model import DeviceJudged, Surroundings
from verbalise.rules.memory import CameraMemory
from verbalise.stream.judging import one_by_one


def test_one_broken_report_silences_no_other() -> None:
    place = street_of_devices()
    struck, broken, nothing = reports(DeviceEventKind.STRUCK, 1.0), passes(2.0), reports(DeviceEventKind.RAISED, 3.0)
    known = Surroundings(place, place.cameras[CAMERA], DeviceHistory((struck, broken)), CameraMemory(), KEY)
    error = ZeroDivisionError("a bug")

    def rules(report: DeviceEvent) -> DeviceJudged | None:
        if report is broken:
            raise error
        return judge(report, known)

    judged, aside = one_by_one([broken, struck, nothing], rules)
    assert [(one.event, one.claim is not None) for one in judged] == [(struck, True)]
    assert [(one.report, one.error) for one in aside] == [(broken, error)]
