"""H.264 and HEVC framing: length-prefixed units (MP4) to start codes (Annex B). The units themselves are untouched.

Sources: ISO/IEC 14496-15, 5.3.3.1 (avcC) and 8.3.3.1 (hvcC); ITU-T H.264 and H.265, Annex B.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.errors import Reject

START = b"\x00\x00\x00\x01"
_HVCC_FIXED_BYTES = 22


def is_length_prefixed(extradata: bytes | None) -> bool:
    """Whether parameter sets come as an MP4 record (version byte 1), so that packets are length-prefixed."""
    return bool(extradata) and extradata is not None and extradata[0] == 1


def parameter_sets(codec: str, extradata: bytes) -> bytes:
    """The parameter sets of an MP4 record, with start codes."""
    units = _avcc_units(extradata) if codec == "h264" else _hvcc_units(extradata)
    return b"".join(START + unit for unit in units)


def with_start_codes(codec: str, data: bytes, extradata: bytes) -> bytes:
    """A length-prefixed packet with start codes instead.

    Raises:
        Reject: a length points beyond the packet.
    """
    size = (extradata[4] if codec == "h264" else extradata[21]) % 4 + 1
    parts, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at : at + size], "big")
        unit = data[at + size : at + size + length]
        if len(unit) != length:
            raise Reject(f"{codec} packet: a unit of {length} bytes ends beyond the packet")
        parts.append(START + unit)
        at += size + length
    return b"".join(parts)


def _avcc_units(record: bytes) -> Iterator[bytes]:
    at = 5
    for mask in (0x1F, 0xFF):
        count, at = record[at] & mask, at + 1
        for _ in range(count):
            unit, at = _unit(record, at)
            yield unit


def _hvcc_units(record: bytes) -> Iterator[bytes]:
    at = _HVCC_FIXED_BYTES + 1
    for _ in range(record[_HVCC_FIXED_BYTES]):
        count, at = int.from_bytes(record[at + 1 : at + 3], "big"), at + 3
        for _ in range(count):
            unit, at = _unit(record, at)
            yield unit


def _unit(record: bytes, at: int) -> tuple[bytes, int]:
    end = at + 2 + int.from_bytes(record[at : at + 2], "big")
    return record[at + 2 : end], end
