"""One process of the tables of the catalog: ``load``, ``entries`` or ``rows``."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.work.memory import forget_peak, peak, used

STARTED = time.perf_counter()
# The import of this module is the first thing a process does, but for Python's own start.
OTHER = 7


def main() -> None:
    """Run what the arguments say, and print a report."""
    kind, *arguments = sys.argv[1:]
    print(json.dumps(_KINDS[kind](*arguments)))


# --- load: a Parquet file, by the engine alone or by its name ---------------------------------


def load(how: str, engine: str, size: str, folder: str) -> dict[str, Any]:
    """Load a file three times, after once that does not count."""
    from benchmarks.work.data import by_hand, prepare, timed

    name = f"{engine}.parquet"
    data = f"{folder}/data"
    prepare(engine, name, int(size), "local", data, "")
    if how == "gluepy":
        call = _by_name(engine, f"{name}", folder)
    else:
        call = by_hand(how, engine, "read", name, None, "local", data, "")
    call()
    return {"seconds": [timed(call) for _ in range(3)]}


def _by_name(engine: str, name: str, folder: str) -> Callable[[], Any]:
    text = f"things:\n  type: parquet\n  path: by-hand-{name}\n  root: true\n"
    catalog = _project(Path(folder, "load"), text, DATA_BACKEND=_backend(engine))
    return lambda: catalog.load("things")


# --- entries: one of many ---------------------------------------------------------------------


def entries(how: str, number: str, folder: str) -> dict[str, Any]:
    """Get at one entry, then at another."""
    run = {"own": _own_entries, "kedro": _kedro_entries}[how](int(number), Path(folder).resolve())
    started = time.perf_counter()
    run(int(number) - 1)
    first = time.perf_counter()
    run(OTHER)
    ended = time.perf_counter()
    return {
        "first": first - started,
        "next": ended - first,
        "process": ended - STARTED,
        "peak": peak(),
    }


def _own_entries(number: int, folder: Path) -> Callable[[int], Any]:
    if not (folder / "configs" / "catalog" / "data.yaml").exists():
        _write(folder / "configs" / "catalog" / "data.yaml", _listed("csv", "path", number))
    catalog = _project(folder, None)

    def run(at: int) -> Any:
        return catalog.dataset(f"entry_{at}"), catalog.describe(f"entry_{at}")

    return run


def _kedro_entries(number: int, folder: Path) -> Callable[[int], Any]:
    file = folder / "conf" / "base" / "catalog.yml"
    if not file.exists():
        _write(file, _listed("pandas.CSVDataset", "filepath", number))
        (folder / "conf" / "local").mkdir()
    from kedro.config import OmegaConfigLoader
    from kedro.io import DataCatalog

    found: list[Any] = []

    def run(at: int) -> Any:
        if not found:
            source = str(folder / "conf")
            loader = OmegaConfigLoader(source, base_env="base", default_run_env="local")
            found.append(DataCatalog.from_config(loader["catalog"]))
        return found[0][f"entry_{at}"], repr(found[0][f"entry_{at}"])

    return run


def _listed(kind: str, path: str, number: int) -> str:
    lines = (
        f"entry_{at}:\n  type: {kind}\n  {path}: data/folder_{at % 100}/entry_{at}.csv\n"
        "  load_args:\n    sep: ';'\n"
        for at in range(number)
    )
    text = "".join(lines)
    return text if path == "filepath" else text.replace("load_args", "load_options")


# --- rows: a table, piece by piece ------------------------------------------------------------


def rows(verb: str, engine: str, url: str, size: str, chunk: str, folder: str) -> dict[str, Any]:
    """Write or read a table, never holding more than a few pieces of it."""
    number, piece = int(size), int(chunk)
    entry = (
        f"rows:\n  type: sql_table\n  database: {url}\n  table: rows_{number}\n  chunks: {piece}\n"
    )
    catalog = _project(Path(folder, "rows"), entry, DATA_BACKEND=_backend(engine))
    frames = _frames(engine, piece, piece)
    warm = next(frames)
    before = used()
    forget_peak()
    started = time.perf_counter()
    if verb == "write":
        catalog.save("rows", _frames(engine, number, piece))
    else:
        found = sum(len(frame) for frame in catalog.load("rows"))
        if found != number:
            raise RuntimeError(f"{found} rows were read of {number}.")
    seconds = time.perf_counter() - started
    del warm
    return {"seconds": [seconds], "peak": peak() - before}


def _frames(engine: str, number: int, piece: int) -> Iterator[Any]:
    """Yield pieces of a table of two numbers, a moment and a text, made when they are asked for."""
    import numpy as np
    import pyarrow as pa

    for start in range(0, number, piece):
        count = min(piece, number - start)
        ids = np.arange(start, start + count)
        moments = (ids * 1_000_000).astype("datetime64[us]")
        texts = [f"row number {at}" for at in ids]
        table = pa.table({"id": ids, "price": ids * 0.25, "at": moments, "text": texts})
        if engine == "pandas":
            yield table.to_pandas()
        elif engine == "polars":
            import polars as pl

            yield pl.from_arrow(table)
        else:
            yield table


# --- A project ----------------------------------------------------------------------------------


def _backend(engine: str) -> str:
    return f"gluepy.files.data.{engine.capitalize()}DataManager"


_held = ExitStack()


def _project(folder: Path, entries: str | None, **settings: Any) -> Any:
    """Return the catalog of a project in a folder, which has these entries."""
    os.environ["GLUEPY_SETTINGS_MODULE"] = "gluepy.conf.global_settings"
    from gluepy.catalog import catalog
    from gluepy.test import override_settings

    if entries is not None:
        _write(folder / "configs" / "catalog" / "data.yaml", entries)
    places = {
        "BASE_DIR": str(folder),
        "CONFIG_PATH": str(folder / "configs"),
        "STORAGE_ROOT": str(folder.parent / "data"),
    }
    _held.enter_context(override_settings(**places, **settings))
    return catalog


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


_KINDS: dict[str, Callable[..., dict[str, Any]]] = {"load": load, "entries": entries, "rows": rows}

if __name__ == "__main__":
    main()
