"""Text."""

from __future__ import annotations

import codecs
from itertools import islice
from typing import Any

from gluepy.catalog.base import FileDataset, Preview
from gluepy.catalog.datasets.stored import refused

_LONGEST = 2000


class Text(FileDataset):
    """Text, with the line ends it has.

    Fields:
        encoding: How it is stored.
    """

    type = "text"

    encoding: str = "utf-8"

    def load(self) -> str:
        """Return the text."""
        content: bytes = self.source().open("rb")
        return content.decode(self.encoding)

    def save(self, data: Any) -> None:
        """Write text."""
        if not isinstance(data, str):
            raise refused(data, "text", "For other values there are the types json and pickle.")
        self.target().touch(data.encode(self.encoding))

    def preview(self, rows: int = 5) -> Preview:
        """Return the first lines."""
        source = self.source()
        with source.storage.stream(source.path) as file:
            lines = codecs.getreader(self.encoding)(file)
            head = "".join(line[:_LONGEST] for line in islice(lines, rows))
        return Preview(head=head[:_LONGEST])
