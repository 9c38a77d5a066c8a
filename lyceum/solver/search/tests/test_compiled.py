"""Compiling, by several processes at once."""

import os
import subprocess
import sys

MODULE = '''
"""Two functions."""
from lyceum.solver.search.compiled import compiled

@compiled
def one_more(number: int) -> int:
    return number + 1

@compiled
def two_more(number: int) -> int:
    return one_more(one_more(number))
'''
LOAD = "import twice; print(sum(sum(each.stats.cache_hits.values()) for each in (twice.one_more, twice.two_more)))"


def test_processes_that_begin_together_compile_each_function_once(tmp_path):
    (tmp_path / "twice.py").write_text(MODULE)
    folder = tmp_path / "compiled"
    folder.mkdir()
    paths = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    surroundings = os.environ | {"NUMBA_CACHE_DIR": str(folder), "PYTHONPATH": paths}
    start = [sys.executable, "-c", LOAD]

    both = [subprocess.Popen(start, env=surroundings, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    read_from_cache = [int(each.communicate(timeout=120)[0]) for each in both]

    assert sum(read_from_cache) == 2
