"""``shell --notebook``: Jupyter, every Python kernel of which has the project set up.

Jupyter looks for kernels in the folders of JUPYTER_PATH first. There it is given one called
``python3``, so that notebooks keep naming the kernel every Jupyter has.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

from gluepy.conf import default_settings
from gluepy.conf.settings import ENVIRONMENT_VARIABLE
from gluepy.exceptions import MissingDependencyError

SERVERS = ("jupyterlab", "notebook")
KERNEL = "python3"


def start(arguments: Sequence[str]) -> int:
    """Run JupyterLab, or else Jupyter Notebook, in the project's folder until it is stopped.

    Args:
        arguments: Further arguments of Jupyter.

    Returns:
        Its exit code.

    Raises:
        MissingDependencyError: Neither of them is installed.
    """
    import signal
    import subprocess
    from tempfile import TemporaryDirectory

    server = _server()
    with TemporaryDirectory(prefix="gluepy-jupyter-") as folder:
        write_kernel(folder)
        process = subprocess.Popen(
            [sys.executable, "-m", server, *arguments],
            cwd=default_settings.BASE_DIR,
            env={**os.environ, "JUPYTER_PATH": _joined(folder, os.environ.get("JUPYTER_PATH"))},
        )
        # Ctrl-C is for Jupyter, which asks; what ends us ends it, in its own way.
        former = {
            signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN),
            signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: process.terminate()),
        }
        try:
            return process.wait()
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)


def write_kernel(folder: str) -> None:
    """Write the kernel into a folder for JUPYTER_PATH."""
    base = os.path.abspath(default_settings.BASE_DIR)
    launcher = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel = {
        "argv": [*launcher, "--ext", "gluepy"],
        "display_name": f"Python 3 (gluepy: {os.path.basename(base)})",
        "language": "python",
        "metadata": {"debugger": True},
        "env": {
            "PYTHONPATH": _joined(base, *filter(_is_added, sys.path)),
            ENVIRONMENT_VARIABLE: os.environ.get(ENVIRONMENT_VARIABLE, ""),
        },
    }
    place = os.path.join(folder, "kernels", KERNEL)
    os.makedirs(place)
    with open(os.path.join(place, "kernel.json"), "w", encoding="utf-8") as file:
        json.dump(kernel, file, indent=1)


def _is_added(path: str) -> bool:
    """Tell whether a folder of the import path is not there in every Python."""
    archive = f"python{sys.version_info.major}{sys.version_info.minor}.zip"
    own = ("site-packages", "dist-packages", "lib-dynload", archive)
    return os.path.basename(path) not in own and path != os.path.dirname(os.__file__)


def _joined(*paths: str | None) -> str:
    return os.pathsep.join(dict.fromkeys(path for path in paths if path))


def _server() -> str:
    from importlib.util import find_spec

    for server in SERVERS:
        if find_spec(server) is not None:
            return server
    raise MissingDependencyError(SERVERS[0], "notebook", "shell --notebook")
