"""Reads the words back out of a PDF that the project printed, by the character maps of its embedded fonts."""

from __future__ import annotations

import base64
import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)endobj", re.S)
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.S)
_FONT = re.compile(rb"/Name /(\S+).*?/ToUnicode (\d+) 0 R", re.S)
_CODE = re.compile(rb"<(\w{2})> <(\w{4})>")
_CONTENTS = re.compile(rb"/Contents (\d+) 0 R")
_SHOWN = re.compile(rb"/(\S+) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\) Tj|(T\*|Tm|Td)", re.S)
_ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.S)
Codes = dict[int, str]


def text_of(pdf: bytes) -> str:
    """Every word of the document, page by page as printed, with single spaces."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    fonts = {
        name: _codes(_stream(objects[int(codes)])) for body in objects.values() for name, codes in _FONT.findall(body)
    }
    pages = [_words(_stream(objects[int(page)]), fonts) for page in _CONTENTS.findall(pdf)]
    return re.sub(r"\s+", " ", " ".join(pages)).strip()


def _stream(body: bytes) -> bytes:
    found = _STREAM.search(body)
    assert found, "the object holds no stream"
    data = base64.a85decode(found[1].rstrip().removesuffix(b"~>")) if b"/ASCII85Decode" in body else found[1]
    return zlib.decompress(data)


def _codes(table: bytes) -> Codes:
    return {int(code, 16): chr(int(letter, 16)) for code, letter in _CODE.findall(table)}


def _words(content: bytes, fonts: dict[bytes, Codes]) -> str:
    words, codes = "", Codes()
    for font, shown, _ in _SHOWN.findall(content):
        if font:
            codes = fonts.get(font, {})
        elif shown:
            words += "".join(codes[code] for code in _ESCAPED.sub(_unescaped, shown))
        else:
            words += " "
    return words


def _unescaped(match: re.Match[bytes]) -> bytes:
    named = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
    escaped = match[1]
    return bytes([int(escaped, 8)]) if len(escaped) == 3 else named.get(escaped, escaped)
