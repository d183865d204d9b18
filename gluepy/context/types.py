"""The types of YAML documents: what is read as what, and written how."""

from __future__ import annotations

import datetime
import re
from typing import Any

import yaml

from gluepy.conf.settings import DEFAULTS, default_settings
from gluepy.utils.text import did_you_mean

_BaseLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BaseDumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_TIME_TAG = "!time"
_TIME = r"^T\d\d:\d\d:\d\d(\.\d{6})?([+-]\d\d:\d\d(:\d\d(\.\d{6})?)?)?$"
# What YAML 1.2 takes for a number or YAML 1.1 for a boolean although PyYAML does not.
_NUMBER_LIKE = re.compile(
    r"[-+]?(\.\d+|\d[\d_]*(\.[\d_]*)?)([eE][-+]?\d+)?|0[oO][0-7]+|[yYnN]|[-+]?\.(inf|nan)",
    re.IGNORECASE,
)
# Texts of several lines that are safe, and nicer to read, as a block.
_BLOCK = r"[^\s][^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]*"
_TRAILING_SPACE = r"\s(\n|$)"


class _TimePattern:
    """What PyYAML asks of texts that start with T; compiled when there is one."""

    @staticmethod
    def match(text: str) -> Any:
        return re.match(_TIME, text)


class Secret:
    """A value under ``!secret`` or ``!setting`` until its dotted path is known."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def _construct_object(loader: Any, node: Any, deep: bool = False) -> Any:
    """Tell the line of a value that looks like its type but names nothing: ``2024-13-45``."""
    try:
        return _BaseLoader.construct_object(loader, node, deep=deep)
    except (ValueError, OverflowError) as error:
        problem = f"'{node.value}' cannot be read: {error}"
        raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark) from error


def _construct_untagged(loader: Any, node: Any) -> Any:
    if isinstance(node, yaml.ScalarNode):
        is_plain = not node.style
        tag = loader.resolve(yaml.ScalarNode, node.value, (is_plain, not is_plain))
    else:
        tag = loader.resolve(type(node), None, True)
    untagged = type(node)(tag, node.value, node.start_mark, node.end_mark)
    return loader.construct_object(untagged, deep=True)


def _construct_secret(loader: Any, node: Any) -> Secret:
    return Secret(_construct_untagged(loader, node))


def _construct_setting(loader: Any, node: Any) -> Secret:
    try:
        return Secret(getattr(default_settings, str(node.value)))
    except AttributeError:
        known = {*DEFAULTS, *default_settings.defined()}
        problem = f"There is no setting '{node.value}'. {did_you_mean(str(node.value), known)}"
        raise yaml.MarkedYAMLError(problem=problem.strip(), problem_mark=node.start_mark) from None


def _construct_time(loader: Any, node: Any) -> datetime.time:
    return datetime.time.fromisoformat(node.value[1:])


def _represent_str(dumper: Any, value: str) -> Any:
    text = str.__str__(value)
    style = None
    if _NUMBER_LIKE.fullmatch(text):
        style = "'"
    elif "\n" in text:
        is_safe = re.fullmatch(_BLOCK, text) and not re.search(_TRAILING_SPACE, text.rstrip("\n"))
        style = "|" if is_safe else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _represent_time(dumper: Any, value: datetime.time) -> Any:
    if value.tzinfo is not None and value.utcoffset() is None:
        raise yaml.representer.RepresenterError(f"{value!r} has no fixed offset")
    text = value.replace(fold=0).isoformat()
    return dumper.represent_scalar(_TIME_TAG, f"T{text}")


def _represent_datetime(dumper: Any, value: datetime.datetime) -> Any:
    offset = value.utcoffset()
    if offset is not None and offset % datetime.timedelta(minutes=1):
        # YAML knows no offset with seconds.
        value = value.astimezone(datetime.UTC)
    text = datetime.datetime.isoformat(value, " ", timespec="microseconds")
    text = text.replace(".000000", "", 1)
    return dumper.represent_scalar("tag:yaml.org,2002:timestamp", text)


Loader: Any = type("Loader", (_BaseLoader,), {"construct_object": _construct_object})
Dumper: Any = type("Dumper", (_BaseDumper,), {"ignore_aliases": lambda dumper, data: True})
Loader.add_constructor("!secret", _construct_secret)
Loader.add_constructor("!setting", _construct_setting)
Loader.add_constructor(_TIME_TAG, _construct_time)
Dumper.add_multi_representer(str, _represent_str)
Dumper.add_representer(str, _represent_str)
Dumper.add_representer(datetime.time, _represent_time)
Dumper.add_representer(datetime.datetime, _represent_datetime)
Dumper.add_multi_representer(datetime.datetime, _represent_datetime)
Dumper.add_multi_representer(int, lambda dumper, value: dumper.represent_int(int(value)))
Dumper.add_multi_representer(float, lambda dumper, value: dumper.represent_float(float(value)))
for _class in (Loader, Dumper):
    _class.add_implicit_resolver(_TIME_TAG, _TimePattern, ["T"])
