"""Where nothing may be analysed, the process never maps a model's runtime: asked of the system, not of the code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="no /proc here to look at")
@pytest.mark.parametrize(("may_analyse", "loads"), [("no", False), ("yes", True)])
def test_a_runtime_is_mapped_only_where_pictures_may_be_analysed(may_analyse: str, loads: bool) -> None:
    argv = [sys.executable, "-m", "tests.integration.detect.run_passing_over", may_analyse]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert ("torch" in done.stdout) is loads
    assert bool(done.stdout.strip()) is loads
