"""YAML: plain data."""

from __future__ import annotations

from typing import Any

from gluepy.catalog.base import FileDataset, Preview
from gluepy.exceptions import DataError

_SHOWN = 2000


class Yaml(FileDataset):
    """Plain data as a YAML document, which reads back as the same values of the same types.

    ``save_options`` are those of ``yaml.dump``.
    """

    type = "yaml"

    def load(self) -> Any:
        """Return the data; tags that would make objects, or read settings, are refused."""
        import yaml

        loader = _loader()(self.source().open("rb"))
        try:
            return loader.get_single_data()
        except yaml.YAMLError as error:
            raise DataError(_told(error)) from error
        finally:
            loader.dispose()

    def save(self, data: Any) -> None:
        """Write plain data: texts, numbers, booleans, moments, lists and mappings of them."""
        import yaml

        from gluepy.context.types import Dumper

        how = {"allow_unicode": True, "sort_keys": False, "width": 2**31 - 1, **self.save_options}
        try:
            text: str = yaml.dump(data, Dumper=Dumper, **how)
        except (yaml.YAMLError, RecursionError) as error:
            raise DataError(
                f"YAML cannot hold it: {_told(error)}.",
                hint="Use texts, numbers, booleans, moments, lists and mappings, or type: pickle.",
            ) from error
        self.target().touch(text)

    def preview(self, rows: int = 5) -> Preview:
        """Return the beginning of the document."""
        return Preview(head=self.source().open("r")[:_SHOWN])


def _loader() -> Any:
    """Return the loader of context files, without the tags that mean something only there."""
    from gluepy.context.types import Loader

    known = {tag: made for tag, made in Loader.yaml_constructors.items() if tag not in _TAGS}
    return type("Loader", (Loader,), {"yaml_constructors": known})


_TAGS = ("!secret", "!setting")


def _told(error: BaseException) -> str:
    """Return an error of the parser on one line."""
    mark = getattr(error, "problem_mark", None)
    text = str(getattr(error, "problem", None) or error).partition("\n")[0]
    return f"line {mark.line + 1}: {text}" if mark is not None else text
