"""Whatever is written, the chain holds; whichever byte is changed, it names that entry."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from storage.chain import BEGINNING, Link, first_break, next_link
from storage.model import LedgerHead
from verbalise.model import Access, AccessEntry, AgentId

TEXTS = st.text(max_size=30)
ENTRIES = st.builds(
    AccessEntry,
    at=st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    agent=st.none() | TEXTS.map(AgentId),
    access=st.sampled_from(Access),
    subject=TEXTS,
    purpose=TEXTS,
    address=TEXTS,
)


def chained(entries: list[AccessEntry]) -> list[Link]:
    links: list[Link] = []
    head = BEGINNING
    for entry in entries:
        links.append(next_link(head, entry))
        head = LedgerHead(links[-1].number, links[-1].digest)
    return links


@given(st.lists(ENTRIES, max_size=6))
def test_a_chain_holds(entries: list[AccessEntry]) -> None:
    links = chained(entries)
    assert first_break(links) is None
    assert all(first_break(links, LedgerHead(link.number, link.digest)) is None for link in links)


@given(st.lists(ENTRIES, min_size=1, max_size=6), st.data())
def test_any_changed_byte_is_found_where_it_is(entries: list[AccessEntry], data: st.DataObject) -> None:
    links = chained(entries)
    place = data.draw(st.integers(0, len(links) - 1))
    name = data.draw(st.sampled_from([field.name for field in fields(Link) if getattr(links[place], field.name) != ""]))
    changed: dict[str, Any] = {name: _with_a_byte_changed(getattr(links[place], name), data)}
    links[place] = replace(links[place], **changed)
    found = first_break(links)
    assert found is not None
    assert found.number == place + 1


@given(st.lists(ENTRIES, min_size=2, max_size=6, unique=True), st.data())
def test_any_entry_taken_out_or_moved_is_found(entries: list[AccessEntry], data: st.DataObject) -> None:
    links = chained(entries)
    noted = LedgerHead(links[-1].number, links[-1].digest)
    place = data.draw(st.integers(0, len(links) - 1))
    assert first_break(links[:place] + links[place + 1 :], noted) is not None
    assert first_break(links[:place] + links[place:][::-1], noted) is not None or place == len(links) - 1


def _with_a_byte_changed(value: str | int, data: st.DataObject) -> str | int:
    if isinstance(value, int):
        return value ^ (1 << data.draw(st.integers(0, 7)))
    raw = bytearray(value.encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    return bytes(raw).decode(errors="surrogateescape")
