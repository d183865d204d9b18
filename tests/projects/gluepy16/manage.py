#!/usr/bin/env python
import os

if __name__ == "__main__":
    os.environ.setdefault("GLUEPY_SETTINGS_MODULE", "configs.settings")
    from gluepy.commands import cli
    from gluepy.exec.boot import bootstrap

    bootstrap()
    cli()
