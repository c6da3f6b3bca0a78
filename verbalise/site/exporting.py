"""Writes a recorded description as a YAML file again: one that loads back to the same version."""

from __future__ import annotations

import json
from datetime import date, datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from verbalise.site.shape import SiteFile


def site_yaml(document: str) -> str:
    """A canonical document as a site file, in the order of the shape and with instants on the clock of the place."""
    described = SiteFile.model_validate(json.loads(document))
    content = described.model_dump(by_alias=True, exclude_defaults=True)
    plain = _plain(content, ZoneInfo(described.timezone))
    text: str = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None)
    return text


def _plain(value: Any, clock: ZoneInfo) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item, clock) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, clock) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(clock).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
