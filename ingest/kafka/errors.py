"""librdkafka's errors, sorted by what the worker should do."""

from __future__ import annotations

from confluent_kafka import KafkaError, KafkaException

from ingest.errors import ConstatError, Halt, Reject, RetryLater

_CREDENTIALS = frozenset(
    {
        KafkaError._AUTHENTICATION,
        KafkaError.SASL_AUTHENTICATION_FAILED,
        KafkaError.UNSUPPORTED_SASL_MECHANISM,
        KafkaError.ILLEGAL_SASL_STATE,
    }
)
_PERMISSIONS = frozenset(
    {
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    }
)
_NO_TOPIC = frozenset(
    {
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError._UNKNOWN_TOPIC,
        KafkaError._UNKNOWN_PARTITION,
        KafkaError.TOPIC_EXCEPTION,
    }
)
_FENCED = frozenset({KafkaError.FENCED_INSTANCE_ID, KafkaError._FENCED})
_TOO_LARGE = frozenset(
    {
        KafkaError.MSG_SIZE_TOO_LARGE,
        KafkaError.RECORD_LIST_TOO_LARGE,
        KafkaError.INVALID_MSG_SIZE,
    }
)
_UNREADABLE = frozenset({KafkaError.INVALID_MSG, KafkaError.INVALID_RECORD, KafkaError._BAD_MSG})
_MISCONFIGURED = frozenset(
    {
        KafkaError._INVALID_ARG,
        KafkaError.INVALID_CONFIG,
        KafkaError.INVALID_REPLICATION_FACTOR,
        KafkaError.INVALID_PARTITIONS,
        KafkaError.POLICY_VIOLATION,
        KafkaError.UNSUPPORTED_VERSION,
    }
)


def error_of(failure: KafkaException | KafkaError) -> KafkaError:
    """The error inside an exception, or the error itself."""
    if isinstance(failure, KafkaError):
        return failure
    inner = failure.args[0] if failure.args else None
    return inner if isinstance(inner, KafkaError) else KafkaError(KafkaError._FAIL, str(failure))


def translated(failure: KafkaException | KafkaError, doing: str, bootstrap: str) -> ConstatError:
    """The same failure as one of Constat's errors; the caller raises it `from` the original.

    Args:
        doing: What was attempted, to begin the sentence: "writing to video".
        bootstrap: The broker's address, for the person who reads the message.
    """
    error = error_of(failure)
    code, said = error.code(), f"{doing}: {error.str()} ({error.name()}, broker {bootstrap})"
    if code in _CREDENTIALS:
        return Halt(f"{said}. Check the bus user and password.")
    if code in _PERMISSIONS:
        return Halt(f"{said}. Give this bus user the right to the topic or group.")
    if code in _NO_TOPIC:
        return Halt(f"{said}. Create the topics with `constat topics`.")
    if code in _FENCED:
        return Halt(f"{said}. Two workers use the same instance id; give each its own.")
    if code in _TOO_LARGE:
        return Reject(f"{said}. Raise max.message.bytes on the topic and in the bus settings.")
    if code in _UNREADABLE:
        return Reject(said)
    if code in _MISCONFIGURED or code == KafkaError._FATAL or error.fatal():
        # A client never recovers from a fatal error, a fenced instance id among them.
        return Halt(f"{said}. Correct the settings that it names, then start this worker again.")
    return RetryLater(said)
