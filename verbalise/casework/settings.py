"""What can be set about casework."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class CaseworkSettings(BaseModel):
    """How a dossier is put together.

    Attributes:
        pre_s, post_s: How much of the scene is kept before and after the facts.
        mark_pre_s, mark_post_s: The same around an agent's mark, which is pressed once the facts have been seen.
        max_clip_s: Longest clip; at least what is kept before and after together.
        patience_s: How long to wait for pictures that have not been written yet.
        plate_reader: Which reader.
        plate_frames: Pictures of the vehicle that are read, at most.
        weights_dir: Folder of the plate models; needed where the site permits help.
        retry_s: Wait before a claim whose effects could not be stored is tried again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pre_s: float = Field(default=5.0, ge=1, le=60)
    post_s: float = Field(default=3.0, ge=0, le=60)
    mark_pre_s: float = Field(default=10.0, ge=1, le=60)
    mark_post_s: float = Field(default=3.0, ge=0, le=60)
    max_clip_s: float = Field(default=30.0, ge=2, le=120)
    patience_s: float = Field(default=20.0, gt=0, le=120)
    plate_reader: Literal["ppocr", "easyocr"] = "ppocr"
    plate_frames: int = Field(default=24, ge=1, le=60)
    weights_dir: Path | None = None
    retry_s: float = Field(default=5.0, gt=0, le=300)

    @model_validator(mode="after")
    def _holds_the_facts(self) -> Self:
        if self.max_clip_s < max(self.pre_s + self.post_s, self.mark_pre_s + self.mark_post_s):
            raise ValueError("max_clip_s is shorter than what is kept before and after together: lengthen it")
        return self
