"""The embedded broker's configuration keeps the promises that the rest of Constat relies on."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.embedded.broker_files import MESSAGE_MAX_BYTES, log4j2_properties, server_properties


@pytest.fixture
def properties() -> dict[str, str]:
    lines = server_properties(Path("/var/lib/k"), 9092, 9093).splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_it_listens_on_the_loopback_address_only(properties: dict[str, str]) -> None:
    assert properties["listeners"] == "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093"
    assert properties["advertised.listeners"] == "PLAINTEXT://127.0.0.1:9092"
    assert properties["controller.quorum.voters"] == "1@127.0.0.1:9093"


def test_whatever_it_accepts_it_can_also_hand_out(properties: dict[str, str]) -> None:
    assert int(properties["message.max.bytes"]) == MESSAGE_MAX_BYTES
    for key in ("replica.fetch.max.bytes", "replica.fetch.response.max.bytes", "fetch.max.bytes"):
        assert int(properties[key]) >= MESSAGE_MAX_BYTES


def test_a_misspelt_topic_is_not_made_and_a_topic_can_be_deleted(properties: dict[str, str]) -> None:
    assert (properties["auto.create.topics.enable"], properties["delete.topic.enable"]) == ("false", "true")


def test_one_node_asks_for_no_replica(properties: dict[str, str]) -> None:
    factors = {key: value for key, value in properties.items() if key.endswith(("replication.factor", "min.isr"))}
    assert len(factors) == 6
    assert set(factors.values()) == {"1"}


def test_the_log_goes_to_the_given_file() -> None:
    lines = log4j2_properties(Path("/var/lib/k/broker.log")).splitlines()
    assert "appender.file.fileName = /var/lib/k/broker.log" in lines
    assert "rootLogger.level = warn" in lines
