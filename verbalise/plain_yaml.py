"""YAML as people write it, with nothing turned into something else in silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ingest.errors import Halt


class _PlainLoader(yaml.SafeLoader):
    """Leaves dates as text, so that a day that does not exist is told by its place; refuses a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The mapping; YAML itself would keep the last of two equal keys in silence."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(None, None, f"the key {twice!r} is given twice", node.start_mark)
        return super().construct_mapping(node, deep)


_PlainLoader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_plain_yaml(path: Path) -> Any:
    """What a YAML file says, dates left as text.

    Raises:
        Halt: the file is missing, not UTF-8 or not YAML; the text names file and line.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8-sig"), _PlainLoader)  # noqa: S506 (a SafeLoader)
    except OSError as error:
        raise Halt(f"{path}: the file cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise Halt(
            f"{path}: line {line}: byte 0x{error.object[error.start]:02X} is not UTF-8; save the file as UTF-8"
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # ValueError: a tag such as `!!int` on what it does not fit. RecursionError: thousands of brackets.
        raise Halt(f"{path}: not YAML: {error}") from error
