"""What leaves the stream app: claims, passages that a right covered, and records that cannot be processed."""

from __future__ import annotations

import asyncio
from typing import Any

import faust
import structlog
from aiokafka.errors import KafkaError, MessageSizeTooLargeError  # type: ignore[import-untyped]
from faust.exceptions import ProducerSendError

from ingest.bus import Message
from ingest.errors import Reject
from ingest.model import CameraId, DeviceEvent
from ingest.topics import rejected
from ingest.wire import DEVICE_EVENT
from verbalise.model import Claim, RuleRef, Suppression
from verbalise.rules.device.model import DeviceJudged
from verbalise.rules.model import Judged
from verbalise.site.model import SiteCamera
from verbalise.stream import metrics
from verbalise.stream.topics import StreamTopics
from verbalise.wire import claim_message, suppression_message

_log = structlog.get_logger("verbalise.stream")

Event = faust.EventT[Any]


class Outlet:
    """Sends, and waits until the broker has what was sent.

    Args:
        retry_s: Wait between attempts while the broker is away.
    """

    def __init__(self, app: faust.App, names: StreamTopics, retry_s: float) -> None:
        self._app = app
        self._names = names
        self._retry_s = retry_s

    async def tell(self, camera: SiteCamera, judged: Judged) -> None:
        """Counts and logs a verdict; sends the claim, if it is one, and waits until the broker has it."""
        name, outcome = camera.camera.id, judged.verdict.outcome
        await self._send_outcome(judged.rule, judged.claim, judged.suppression)
        metrics.verdicts.labels(name, judged.rule.id, outcome, judged.code).inc()
        _log.info(
            "stream.verdict", camera=name, track=judged.entry.track, rule=judged.rule.id, outcome=outcome,
            code=judged.code, at=judged.entry.at.isoformat(), claim=judged.claim.id if judged.claim else None,
        )  # fmt: skip

    async def tell_device(self, camera: CameraId, judged: DeviceJudged) -> None:
        """The same of a report that devices made by themselves."""
        outcome, event = judged.verdict.outcome, judged.event
        await self._send_outcome(judged.rule, judged.claim, judged.suppression)
        metrics.verdicts.labels(camera, judged.rule.id, outcome, judged.code).inc()
        _log.info(
            "stream.device_verdict", camera=camera, device=event.device, kind=event.kind, rule=judged.rule.id,
            outcome=outcome, code=judged.code, at=event.at.isoformat(),
            claim=judged.claim.id if judged.claim else None,
        )  # fmt: skip

    async def _send_outcome(self, rule: RuleRef, claim: Claim | None, suppression: Suppression | None) -> None:
        """Sends what a verdict came to, a claim or a passage that a right covered."""
        if claim is not None:
            await self.send(claim_message(claim), topic=self._names.claims)
            metrics.claims.labels(claim.camera, rule.id).inc()
        if suppression is not None:
            await self.send(suppression_message(suppression), topic=self._names.suppressed)
            metrics.suppressed.labels(suppression.camera, rule.id).inc()

    async def put_aside(self, event: Event, reason: str) -> None:
        """Sends a record that cannot be processed to its `*.rejected` topic, as it was."""
        topic = event.message.topic
        aside = rejected(self._names.tracks if topic == self._names.tracks else self._names.devices)
        metrics.rejected.labels(topic).inc()
        _log.warning("stream.rejected", reason=reason, key=key_of(event), **place_of(event))
        await self.send(Message(aside, key_of(event), event.value or b"", {"reason": reason.encode()}))

    async def put_report_aside(self, camera: CameraId, report: DeviceEvent, reason: str) -> None:
        """Sends a report on which a rule broke to `devices.rejected`; the others of its camera go on."""
        metrics.rejected.labels(self._names.camera_devices).inc()
        value, headers = DEVICE_EVENT.encode(report), {"reason": reason.encode(), "camera": camera.encode()}
        await self.send(Message(rejected(self._names.devices), report.device, value, headers))

    async def send(self, message: Message, *, topic: str | None = None) -> None:
        """Sends and waits until the broker has it, for as long as it takes.

        Raises:
            Reject: larger than the broker takes.
        """
        target = topic or message.topic
        while True:
            try:
                await self._app.producer.send_and_wait(
                    target, message.key.encode(), message.value, None, None, dict(message.headers)
                )
                return
            except (KafkaError, ProducerSendError) as error:
                if isinstance(error.__cause__ or error, MessageSizeTooLargeError):
                    raise Reject(f"a message to {target} is larger than the broker takes") from error
                _log.warning("stream.broker_away", topic=target, reason=repr(error))
                await asyncio.sleep(self._retry_s)


def key_of(event: Event) -> str:
    """The key of a record, readable whatever it holds."""
    return (event.key or b"").decode("utf-8", errors="replace")


def place_of(event: Event) -> dict[str, Any]:
    """Where a record lies, as logs say it."""
    message = event.message
    return {"topic": message.topic, "partition": message.partition, "offset": message.offset}
