"""Settings refuse what they do not know and what makes no sense."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError

from ingest.settings import BusSettings, DeviceEntrySettings, IngestSettings


@pytest.mark.parametrize(
    ("section", "values", "names"),
    [
        (BusSettings, {"bootstrap": "b:9092", "bootstrp": "x"}, "bootstrp"),
        (BusSettings, {}, "bootstrap"),
        (BusSettings, {"bootstrap": "b:9092", "security_protocol": "TLS"}, "security_protocol"),
        (IngestSettings, {"read_timeout_s": 0}, "read_timeout_s"),
        (IngestSettings, {"read_timeout": 3}, "read_timeout"),
        (DeviceEntrySettings, {"max_events": 0}, "max_events"),
    ],
)
def test_a_wrong_key_or_value_is_named(section: type[BaseModel], values: dict[str, object], names: str) -> None:
    with pytest.raises(ValidationError, match=names):
        section.model_validate(values)


def test_settings_do_not_change() -> None:
    settings = IngestSettings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.read_timeout_s = 3.0  # type: ignore[misc]  # the point of the test
