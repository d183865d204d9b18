"""Jinja2 as YAML templates use it: strict, sandboxed, and every line knows where it is from.

Imported when a file has markup, as nothing else needs Jinja2. Lines are told by marks: the end
of each line of plain text in the template is marked with the line's number, in characters that
the template has nowhere else, and the marks are taken out of what was rendered. Text that does
not go straight into the output (of macros, ``set`` blocks, filters) is not marked; such lines
count as those of the next mark, which is where they were asked for.
"""

from __future__ import annotations

import datetime
import json
import math
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.sandbox import SandboxedEnvironment

from gluepy.conf.secrets import mask
from gluepy.exceptions import TemplateError
from gluepy.utils.text import did_you_mean

_BLOCKS = ("macro", "call", "filter")
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")
_TEMPLATE = "<template>"
_NO_SUCH = re.compile(r"No (filter|test) named '(\w+)'|unknown tag '(\w+)'")
_TAGS = ("for", "if", "elif", "else", "endfor", "endif", "set", "endset", "macro", "endmacro")


def rendered(source: str, file: str, variables: Mapping[str, Any]) -> tuple[str, list[int]]:
    """Return what a template renders to, and of each of its lines that of the template.

    Args:
        source: The template.
        file: Its name in messages.
        variables: What it may use; it gets a copy.

    Raises:
        TemplateError: It cannot be rendered; with the line.
    """
    names = dict(deepcopy(variables))
    marks = _unused(source)
    absent: list[jinja2.Undefined] = []
    environment = _environment(marks, absent)
    try:
        code = environment.compile(source)
        template = jinja2.Template.from_code(environment, code, environment.make_globals(None))
        text = template.render(names)
    except jinja2.TemplateSyntaxError as error:
        raise _misspelt(error, f"{file}, line {error.lineno}", environment) from error
    except jinja2.UndefinedError as error:
        where = f"{file}, line {_line_of(error)}"
        tree = environment.parse(source)
        raise _absence(where, absent[-1], names, _assigned(tree)) from error
    except Exception as error:
        where = f"{file}, line {_line_of(error)}"
        if isinstance(error, jinja2.TemplateRuntimeError) and _NO_SUCH.search(str(error)):
            # Below an `if`, filters and tests are looked up as late as that.
            raise _misspelt(error, where, environment) from error
        raise _failed(error, where) from error
    return _unmarked(text, marks, source.count("\n") + 1)


def _environment(marks: tuple[str, str], absent: list[jinja2.Undefined]) -> SandboxedEnvironment:
    class Lines(_Lines):
        """The extension, with the marks of this template."""

        start, end = marks

    class Absent(jinja2.StrictUndefined):
        """What stands for a name that is not there, and tells when it is used."""

        __slots__ = ()

        @property
        def _undefined_message(self) -> str:
            absent.append(self)
            return super()._undefined_message

    return SandboxedEnvironment(
        undefined=Absent,
        finalize=as_yaml,
        keep_trailing_newline=True,
        extensions=[Lines, "jinja2.ext.do", "jinja2.ext.loopcontrols"],
    )


class _Lines(Extension):
    """Marks the ends of lines."""

    start = end = ""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Yield the tokens, plain text with marks in it."""
        depth = 0
        for token in stream:
            if token.type == "block_begin":
                block = list(_up_to_end(token, stream))
                depth += _opens(block)
                yield from block
            elif token.type == "data" and not depth:
                yield Token(token.lineno, "data", self._marked(token))
            else:
                yield token

    def _marked(self, token: Token) -> str:
        lines = token.value.split("\n")
        ends = (f"{self.start}{token.lineno + at}{self.end}\n" for at in range(len(lines) - 1))
        return "".join(f"{line}{end}" for line, end in zip(lines, [*ends, ""], strict=True))


def _up_to_end(first: Token, stream: TokenStream) -> Iterator[Token]:
    yield first
    for token in stream:
        yield token
        if token.type == "block_end":
            return


def _opens(block: list[Token]) -> int:
    """Return 1 if text after a tag is kept from the output, -1 where that ends, else 0."""
    name = block[1].value if len(block) > 1 else ""
    if name in _BLOCKS:
        return 1
    if name == "set":
        return int(not _assigns(block))
    return -1 if name in ("endset", *(f"end{block}" for block in _BLOCKS)) else 0


def _assigns(block: list[Token]) -> bool:
    depth = 0
    for token in block:
        depth += (token.type == "lparen") - (token.type == "rparen")
        if token.type == "assign" and not depth:
            return True
    return False


def _unused(source: str) -> tuple[str, str]:
    """Return two characters for private use that a template does not use itself."""
    free = (chr(code) for code in range(0xE000, 0xF900) if chr(code) not in source)
    return next(free), next(free)


def _unmarked(text: str, marks: tuple[str, str], last: int) -> tuple[str, list[int]]:
    mark = re.compile(rf"{marks[0]}(\d+){marks[1]}")
    lines, numbers, waiting = [], [], 0
    for line in text.split("\n"):
        found = mark.findall(line)
        lines.append(mark.sub("", line) if found else line)
        waiting += 1
        if found:
            numbers += [int(found[-1])] * waiting
            waiting = 0
    return "\n".join(lines), numbers + [last] * waiting


def as_yaml(value: Any) -> Any:
    """Return a value as it is to stand in YAML; texts stand as they are."""
    if isinstance(value, str | jinja2.Undefined):
        return value
    if value is None or isinstance(value, bool | float):
        return _scalar(value)
    return flow(value) if isinstance(value, Mapping | list | tuple | set | frozenset) else value


def flow(value: Any) -> str:
    """Return nested data on one line, as JSON with what YAML adds: dates, not-a-number."""
    if isinstance(value, Mapping):
        pairs = (f"{_quoted(str(key))}: {flow(item)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list | tuple | set | frozenset):
        return f"[{', '.join(map(flow, value))}]"
    if isinstance(value, datetime.time):
        return f"T{value.isoformat()}"
    is_plain = value is None or isinstance(value, bool | int | float | datetime.date)
    return _scalar(value) if is_plain else _quoted(str(value))


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, float):
        return str(value)
    if not math.isfinite(value):
        return ".nan" if math.isnan(value) else f"{'-' if value < 0 else ''}.inf"
    # YAML 1.1 takes 1e-05 for a text.
    mantissa, e, exponent = repr(value).partition("e")
    return f"{mantissa}{'' if '.' in mantissa or not e else '.0'}{e}{exponent}"


def _quoted(text: str) -> str:
    return _UNPRINTABLE.sub(
        lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False)
    )


def _absence(
    where: str, absent: jinja2.Undefined, names: Mapping[str, Any], assigned: set[str]
) -> TemplateError:
    """Return what to say of a name that is not there, and what to do."""
    name, owner = absent._undefined_name, absent._undefined_obj
    options = list(map(str, owner)) if isinstance(owner, Mapping) else []
    if owner is jinja2.utils.missing:
        known = {str(known) for known in names} - {"env", "settings"} | assigned
        problem = f"there is no variable '{name}'"
        hint = did_you_mean(str(name), known) or "Define it in globals.yaml or locals.yaml."
    elif owner is names.get("env"):
        problem = f"there is no environment variable '{name}' that templates may use"
        hint = f"{did_you_mean(str(name), options)} List it in VARIABLES_ENVIRONMENT, and set it."
    elif owner is names.get("settings"):
        problem = f"there is no setting '{name}' that templates may use"
        hint = f"{did_you_mean(str(name), options)} List it in VARIABLES_SETTINGS."
    else:
        path = _path_of(owner, names)
        what = f"'{path}'" if path else f"the {type(owner).__name__} there"
        problem = f"{what} has no '{name}'"
        hint = did_you_mean(str(name), options) or "Ask first: {% if x.name is defined %}."
    return TemplateError(f"{where}: {problem}.", hint=hint.strip())


def _path_of(owner: Any, values: Mapping[str, Any], prefix: str = "") -> str:
    """Return the dotted path of a mapping or list among the variables."""
    for key, value in values.items():
        path = f"{prefix}{key}"
        if value is owner and isinstance(value, Mapping | list):
            return path
        inner = _path_of(owner, value, f"{path}.") if isinstance(value, Mapping) else ""
        if inner:
            return inner
    return ""


def _assigned(tree: nodes.Template) -> set[str]:
    """Return the names that a template gives values to itself."""
    return {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"}


def _misspelt(
    error: jinja2.TemplateError, where: str, environment: SandboxedEnvironment
) -> TemplateError:
    message = str(error.message).rstrip(".")
    found = _NO_SUCH.search(message)
    hint = "Mend the template."
    if found and found[1]:
        known = environment.filters if found[1] == "filter" else environment.tests
        hint = did_you_mean(found[2], known) or f"There is no such {found[1]} in Jinja2."
    elif found:
        hint = did_you_mean(found[3], _TAGS)
    return TemplateError(f"{where}: template: {message.removesuffix(' found')}.", hint=hint)


def _failed(error: Exception, where: str) -> TemplateError:
    problem = mask(str(error).rstrip(".")) or type(error).__name__
    if isinstance(error, SecurityError):
        return TemplateError(
            f"{where}: {problem}.", hint="Templates run in a sandbox: use variables and filters."
        )
    if isinstance(error, TypeError) and "no loader" in problem:
        return TemplateError(
            f"{where}: a template cannot include or import another file.",
            hint="Put what they share into configs/variables/globals.yaml.",
        )
    return TemplateError(
        f"{where}: rendering failed: {type(error).__name__}: {problem}.",
        hint="Check the types of the variables.",
    )


def _line_of(error: Exception) -> int:
    """Return the line of the template that raised."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == _TEMPLATE:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
