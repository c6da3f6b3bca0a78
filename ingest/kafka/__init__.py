"""The bus on Apache Kafka: the only place that knows confluent-kafka."""

from ingest.kafka.admin import KafkaAdmin, wait_for_broker
from ingest.kafka.consumer import KafkaConsumer
from ingest.kafka.log_reader import KafkaLogReader
from ingest.kafka.producer import KafkaProducer

__all__ = ["KafkaAdmin", "KafkaConsumer", "KafkaLogReader", "KafkaProducer", "wait_for_broker"]
