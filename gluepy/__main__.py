"""``python -m gluepy`` is the ``gluepy`` command."""

from gluepy.commands import main_console

if __name__ == "__main__":
    main_console()
