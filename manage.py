#!/usr/bin/env python
"""Run gluepy's commands in this project: python manage.py --help."""

from gluepy.commands import main

if __name__ == "__main__":
    main("settings.local", __file__)
