"""Write the pages of docs/ref/ that the code already knows.

``python -m tools.reference`` writes them; ``--check`` names those that are not current.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "ref"
NOTICE = "<!-- Written by `make reference` from the code; edits here are lost. -->\n\n"
CHECK_LINE = re.compile(r"^(\w+\.[EWI]\d{3}) {2,}(\S.*)$")
LEVELS = {"E": "error", "W": "warning", "I": "info"}


def settings_page() -> str:
    """Return the settings with their comments, types and defaults."""
    source = (ROOT / "gluepy/conf/global_settings.py").read_text()
    lines = source.splitlines()
    entries = {node.lineno: node for node in ast.parse(source).body if _is_setting(node)}
    page = ["# Settings\n", "Names in capitals of the settings module. Each has a default.\n"]
    for number, line in enumerate(lines, start=1):
        if section := re.match(r"# --- (.+?) -+$", line):
            page.append(f"## {section[1]}\n")
        elif number in entries:
            page.append(_setting(entries[number], lines, source))
    return "\n".join(page)


def _is_setting(node: ast.stmt) -> bool:
    return isinstance(node, ast.AnnAssign) and ast.unparse(node.target).isupper()


def _setting(node: Any, lines: list[str], source: str) -> str:
    name = node.target.id
    default = re.sub(r"\s+", " ", ast.get_source_segment(source, node.value) or "")
    kind = ast.unparse(node.annotation)
    comment = _comment_above(node.lineno - 1, lines)
    return (
        f"(setting-{name})=\n### `{name}`\n\n{comment}\n\nType: `{kind}`. Default: `{default}`.\n"
    )


def _comment_above(index: int, lines: list[str]) -> str:
    start = index
    while start and lines[start - 1].startswith("# ") and "---" not in lines[start - 1]:
        start -= 1
    return " ".join(line.removeprefix("# ") for line in lines[start:index])


def signals_page() -> str:
    """Return the table of signals out of the docstring of gluepy/signals.py."""
    import gluepy.signals

    doc = gluepy.signals.__doc__ or ""
    intro, _, table = doc.partition("=================")
    rows = re.findall(r"^(\w+) {2,}(\S.*)$", table, re.MULTILINE)
    body = [f"| `{name}` | {values} |" for name, values in rows if name != "signal"]
    text = intro.strip().partition("\n")[2].strip().replace("``", "`")
    head = ["# Signals\n", text, "", "| signal | sent with |", "|---|---|"]
    example = (
        "\n```python\nfrom gluepy.signals import run_finished\n\n\n@run_finished.connect\n"
        "def announce(run, **_):\n    ...\n```"
    )
    return "\n".join([*head, *body, example, ""])


def checks_page() -> str:
    """Return the check ids out of the docstrings of the modules that hold checks."""
    page = [
        "# Checks\n",
        "`manage.py check` reports these, and `manage.py dag` the quick ones before it starts. An",
        "id in [`SILENCED_CHECKS`](#setting-SILENCED_CHECKS) is not reported.\n",
        "| id | level | what it found |",
        "|---|---|---|",
    ]
    for number, text in sorted(documented_checks()):
        page.append(f"| `{number}` | {LEVELS[number.partition('.')[2][0]]} | {text} |")
    return "\n".join([*page, ""])


def check_modules() -> Iterator[Path]:
    """Yield the files that may hold checks."""
    yield from sorted((ROOT / "gluepy/checks").glob("*.py"))
    yield from sorted((ROOT / "gluepy").glob("*/**/*checks.py"))


def documented_checks() -> Iterator[tuple[str, str]]:
    """Yield id and text of each check a module docstring lists."""
    for path in check_modules():
        doc = ast.get_docstring(ast.parse(path.read_text())) or ""
        for line in doc.splitlines():
            if found := CHECK_LINE.match(line):
                yield found[1], found[2]


def extras_page() -> str:
    """Return the extras of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    page = [
        "# Extras\n",
        f"gluepy itself installs {_packages(project['dependencies'])}. Everything else is asked",
        "for by name: `pip install 'gluepy[pandas,s3]'`.\n",
        "| extra | installs |",
        "|---|---|",
    ]
    for name, packages in project["optional-dependencies"].items():
        page.append(f"| `{name}` | {_packages(packages)} |")
    return "\n".join([*page, ""])


def _packages(requirements: list[str]) -> str:
    return ", ".join(f"`{requirement}`" for requirement in requirements)


def commands_page() -> str:
    """Return every command of the click group with its arguments and options."""
    import click

    from gluepy.commands import cli

    context = click.Context(cli, info_name="manage.py")
    page = ["# Commands\n", (cli.help or "").strip(), "", *_options(context)]
    page.extend(_command(context, name) for name in cli.list_commands(context))
    return "\n".join(page)


def _command(parent: Any, name: str, depth: int = 2) -> str:
    import click

    command = parent.command.get_command(parent, name)
    context = click.Context(command, info_name=name, parent=parent)
    usage = " ".join(context.get_usage().removeprefix("Usage: ").split())
    page = [
        f"{'#' * depth} `{' '.join(context.command_path.split()[1:])}`\n",
        _prose(command.help or ""),
        f"\n```text\n{usage}\n```\n",
        *_options(context),
    ]
    if isinstance(command, click.Group):
        page.extend(_command(context, sub, depth + 1) for sub in command.list_commands(context))
    return "\n".join(page)


def _prose(text: str) -> str:
    """Return help text as Markdown: what click must not rewrap stays as it is."""
    blocks = [
        block.strip("\n") for block in inspect.cleandoc(text.partition("\f")[0]).split("\n\n")
    ]
    kept = "\b\n"
    return "\n\n".join(
        f"```text\n{block.removeprefix(kept)}\n```" if block.startswith(kept) else block
        for block in blocks
    )


def _options(context: Any) -> list[str]:
    records = [param.get_help_record(context) for param in context.command.get_params(context)]
    rows = [
        f"| `{names}` | {text} |"
        for names, text in (
            (text.replace("|", "\\|") for text in record)
            for record in records
            if record and record[1]
        )
    ]
    return ["| option | meaning |", "|---|---|", *rows, ""] if rows else []


PAGES = {
    "settings.md": settings_page,
    "commands.md": commands_page,
    "signals.md": signals_page,
    "checks.md": checks_page,
    "extras.md": extras_page,
}


def stale_pages() -> dict[str, str]:
    """Return name and right text of each page whose file differs."""
    right = {name: NOTICE + make().rstrip() + "\n" for name, make in PAGES.items()}
    return {name: text for name, text in right.items() if _committed(name) != text}


def _committed(name: str) -> str:
    path = FOLDER / name
    return path.read_text() if path.is_file() else ""


def main(arguments: list[str]) -> int:
    """Write the stale pages, or with ``--check`` name them and fail."""
    stale = stale_pages()
    if "--check" in arguments:
        print(*(f"docs/ref/{name} is not current: run `make reference`" for name in stale))
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in stale.items():
        (FOLDER / name).write_text(text)
        print(f"Wrote docs/ref/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
