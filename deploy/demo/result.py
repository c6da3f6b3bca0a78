"""What happened in a demo run, as `constat demo --once --json` writes it (schema: docs/demo-result.schema.json)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.embedded.status import Status
from verbalise.model import Case


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds that the steps of a run took."""

    broker_s: float
    workers_s: float
    playing_s: float
    total_s: float


def result_of(cases: Sequence[Case], status: Status, timings: Timings) -> dict[str, Any]:
    """The run as JSON: cases in the order of the facts, every worker with its deaths, and the timings."""
    deaths = {worker.name: [death for death in status.deaths if death.name == worker.name] for worker in status.workers}
    return {
        "cases": [_case(case) for case in sorted(cases, key=lambda case: (case.claim.at, case.id))],
        "workers": [
            {
                "name": worker.name,
                "state": worker.state.value,
                "restarts": worker.restarts,
                "deaths": [{"exit_code": death.exit_code, "signal": death.signal} for death in deaths[worker.name]],
            }
            for worker in status.workers
        ],
        "timings": {
            "broker_s": round(timings.broker_s, 2),
            "workers_s": round(timings.workers_s, 2),
            "playing_s": round(timings.playing_s, 2),
            "total_s": round(timings.total_s, 2),
        },
    }


def _case(case: Case) -> dict[str, Any]:
    claim = case.claim
    return {
        "id": case.id,
        "camera": claim.camera,
        "offence": claim.offence,
        "trigger": claim.trigger.value,
        "at": claim.at.isoformat(),
        "plate": {"text": case.plate.text, "status": case.plate.status.value},
        "state": case.state.value,
        "evidence": case.evidence.manifest_key,
    }


def write_result(path: Path, result: dict[str, Any]) -> None:
    """Write the result, readable only by its owner: it names plates."""
    path.touch(mode=0o600)
    path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
