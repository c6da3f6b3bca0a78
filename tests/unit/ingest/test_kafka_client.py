"""Watching a broker that is away: counted each time, said now and then."""

from __future__ import annotations

from confluent_kafka import KafkaError
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from ingest.kafka.client import BrokerWatch, client_config
from ingest.settings import BusSettings


def test_a_broker_that_is_away_is_named_every_few_seconds_and_counted_each_time() -> None:
    seconds = [0.0]
    watch = BrokerWatch("broker.example:9092", "test-watch", lambda: seconds[0])
    down = KafkaError(KafkaError._ALL_BROKERS_DOWN, "1/1 brokers are down")
    with capture_logs() as logs:
        for now in (0.0, 1.0, 4.9, 5.0, 6.0):
            seconds[0] = now
            watch.on_error(down)
    assert [line["event"] for line in logs] == ["bus.broker_away"] * 2
    assert logs[0]["bootstrap"] == "broker.example:9092"
    assert REGISTRY.get_sample_value("constat_bus_broker_away_total", {"role": "test-watch"}) == 5
    assert watch.is_away
    watch.answered()
    assert not watch.is_away


def test_one_lost_connection_is_not_a_broker_away() -> None:
    watch = BrokerWatch("broker.example:9092", "test-one")
    watch.on_error(KafkaError(KafkaError._TRANSPORT, "disconnected"))
    assert not watch.is_away


def test_the_log_in_reaches_the_client_and_no_repr() -> None:
    settings = BusSettings.model_validate(
        {
            "bootstrap": "broker.example:9093",
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_username": "constat",
            "sasl_password": "hunter2",
            "ca_file": "ca.pem",
        }
    )
    config = client_config(settings, BrokerWatch(settings.bootstrap, "test"))
    assert config["sasl.password"] == "hunter2"
    assert config["sasl.mechanisms"] == "SCRAM-SHA-512"
    assert config["ssl.ca.location"] == "ca.pem"
    assert "hunter2" not in repr(settings)


def test_without_a_log_in_nothing_is_said_about_one() -> None:
    settings = BusSettings(bootstrap="broker.example:9092")
    config = client_config(settings, BrokerWatch(settings.bootstrap, "test"))
    assert not [name for name in config if name.startswith(("sasl", "ssl"))]
