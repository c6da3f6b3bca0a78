"""Still pictures of a claim: the scene, the vehicle, the plate. The only importer of OpenCV here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import cv2

from detect.decode import StreamDecoder
from detect.model import Box
from detect.plates.crops import cut, sharpness
from detect.plates.model import Picture
from ingest.errors import Halt
from ingest.model import CameraId
from verbalise.casework.footage import Located
from verbalise.model import TrackPoint

_JPEG_QUALITY = 95
_VEHICLE_MARGIN = 0.1
_ABOUT_AS_LARGE = 0.8
"""Of the largest area: a blurred picture is not worth a few pixels more."""
_EDGE = 0.005
"""A box this close to the border of the picture is probably cut by it."""


def pictures_of(packets: Sequence[Located], partition: int, wanted: Collection[int]) -> dict[int, Picture]:
    """The pictures of the wanted packets, by seq: uint8, (height, width, 3), BGR, as the camera sent them."""
    if not packets:
        return {}
    decoder = StreamDecoder(CameraId(packets[0].packet.camera))
    decoded = [picture for located in packets for picture in decoder.feed(located.packet, partition, located.offset)]
    decoded += decoder.flush()
    return {picture.packet.seq: picture.to_bgr() for picture in decoded if picture.packet.seq in wanted}


def best_points(path: Sequence[TrackPoint], seqs: Collection[int], most: int) -> list[TrackPoint]:
    """Where the vehicle was seen largest and whole, in the order of the frames; else where it was cut."""
    there = [point for point in path if point.video.seq in seqs]
    whole = [point for point in there if not _touches_edge(point.box)]
    largest = sorted(whole or there, key=lambda point: (-_area(point.box), point.video.seq))[:most]
    return sorted(largest, key=lambda point: point.video.seq)


def jpeg(picture: Picture) -> bytes:
    """A picture as JPEG, quality 95."""
    worked, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    if not worked:
        raise Halt("OpenCV cannot write JPEG: install opencv-python-headless as the lock has it")
    return data.tobytes()


def vehicle_of(picture: Picture, box: Box) -> Picture:
    """The vehicle with a little of what is around it."""
    return cut(picture, box, _VEHICLE_MARGIN)


def clearest(points: Sequence[TrackPoint], pictures: Mapping[int, Picture]) -> TrackPoint | None:
    """Of the points where the vehicle is about as large as ever, the one with the sharpest picture; None if none."""
    greatest = max((_area(point.box) for point in points), default=0.0)
    large = [point for point in points if _area(point.box) >= _ABOUT_AS_LARGE * greatest]
    return max(
        large,
        key=lambda point: (sharpness(cut(pictures[point.video.seq], point.box)), -point.video.seq),
        default=None,
    )


def _area(box: Box) -> float:
    return (box.right - box.left) * (box.bottom - box.top)


def _touches_edge(box: Box) -> bool:
    return min(box.left, box.top) < _EDGE or max(box.right, box.bottom) > 1 - _EDGE
