"""Freed memory stays with the process, so that copies of large accounts do not fault in page by page."""

from __future__ import annotations

import subprocess
import sys

import pytest

FAULTS = """
import resource, sys
from quantdesk.localnet.memory import keep_freed_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(50):
        copies = [bytes(1 << 20) for _ in range(4)]
        del copies
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

faults()
untouched = faults()
if not keep_freed_memory():
    sys.exit("no setting")
faults()
print(untouched, faults())
"""


def test_copies_of_a_megabyte_cost_no_page_faults_once_freed_memory_is_kept() -> None:
    done = subprocess.run([sys.executable, "-c", FAULTS], capture_output=True, text=True, check=False)
    if done.stderr.strip() == "no setting":
        pytest.skip("this system's malloc has no such setting")
    assert done.returncode == 0, done.stderr
    untouched, kept = map(int, done.stdout.split())
    assert kept < 500
    assert untouched > 10 * kept
