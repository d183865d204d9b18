"""No module imports itself in the end, not even through its own package's ``__init__``."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import grimp
import pytest


def imports_of(graph):
    return {
        module: graph.find_modules_directly_imported_by(module) - {module}
        for module in graph.modules
    }


def cycle_in(imports):
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return error.args[1]
    return None


@pytest.fixture(scope="module")
def imports():
    return imports_of(grimp.build_graph("gluepy", cache_dir=None))


def test_the_import_graph_has_no_cycle(imports):
    assert cycle_in(imports) is None


def test_a_cycle_would_be_found(imports):
    lowest, highest = "gluepy.exceptions", "gluepy.conf.settings"
    assert cycle_in({**imports, lowest: {highest}}) is not None
