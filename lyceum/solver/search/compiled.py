"""How the search is compiled: once for each machine, then read from a cache."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast, get_args, get_type_hints

import numpy as np
import numpy.typing as npt

try:
    import fcntl
except ImportError:  # a system without it compiles as often as it is asked
    fcntl = None  # type: ignore[assignment]

Function = TypeVar("Function", bound=Callable[..., Any])
Memory = npt.NDArray[np.int64]


def _choose_cache() -> None:
    """A folder for compiled code: beside the source, else with Lyceum's data, else where temporary files are.

    Its name says which source it was made from: Numba itself looks at one file at a time, and compiled functions
    carry those they call within them.
    """
    if "NUMBA_CACHE_DIR" in os.environ:
        return
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for source in sorted(here.glob("*.py")):
        digest.update(source.read_bytes())
    data = os.environ.get("LYCEUM_DATA")
    places = [here / "__pycache__", *([Path(data) / "compiled"] if data else [])]
    places.append(Path(tempfile.gettempdir()) / f"lyceum-compiled-{os.getuid()}")
    for place in places:
        folder = place / f"search-{digest.hexdigest()[:16]}"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK) and folder.stat().st_uid == os.getuid():
            os.environ["NUMBA_CACHE_DIR"] = str(folder)
            return


_choose_cache()

import numba  # noqa: E402 - reads the folder of its cache when it is imported

_KNOWN: dict[object, Any] = {
    int: numba.int64,
    bool: numba.boolean,
    type(None): numba.void,
    Memory: numba.int64[::1],
}


def _type_of(hint: object) -> Any:
    """The compiled type of an annotation: whole numbers, truths, the search's memory, tuples of those."""
    if hint in _KNOWN:
        return _KNOWN[hint]
    parts = [_type_of(each) for each in get_args(hint)]
    return numba.types.Tuple(parts)  # type: ignore[no-untyped-call]


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One process at a time: another that begins meanwhile reads what this one compiled instead of doing it again."""
    folder = os.environ.get("NUMBA_CACHE_DIR", "")
    if fcntl is None or not os.access(folder, os.W_OK):
        yield
        return
    with (Path(folder) / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def compiled(function: Function) -> Function:
    """Compile for exactly the types it is annotated with; Python's lock is free while it runs."""
    hints = get_type_hints(function)
    signature = _type_of(hints.pop("return"))(*(_type_of(hint) for hint in hints.values()))
    with _alone():
        # Nobody calls them from C; the stubs leave that option out.
        compiler = numba.njit(signature, nogil=True, cache=True, error_model="numpy", no_cfunc_wrapper=True)  # type: ignore[call-overload]
        return cast(Function, compiler(function))
