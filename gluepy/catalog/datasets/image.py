"""Images: pictures and figures in the formats of pictures."""

from __future__ import annotations

import io
from typing import Any, Literal

from gluepy.catalog.base import FileDataset, Preview
from gluepy.catalog.datasets.figures import drawn, figure_of
from gluepy.catalog.datasets.stored import refused, suffix_of
from gluepy.exceptions import MissingDependencyError

_PILLOW = {"jpg": "jpeg", "tif": "tiff"}


class Image(FileDataset):
    """A picture: of matplotlib, of Pillow, an array of numpy, or the bytes of a file.

    Fields:
        format: Format of the file; by default its suffix, else ``png``.
        content: What is loaded: the ``bytes`` of the file, an image of ``pillow``, or an
            ``array`` of numpy.
    """

    type = "image"

    format: str | None = None
    content: Literal["bytes", "pillow", "array"] = "bytes"

    def load(self) -> Any:
        """Return the bytes, the image or the array."""
        content: bytes = self.source().open("rb")
        if self.content == "bytes":
            return content
        image = _pillow().open(io.BytesIO(content), **self.load_options)
        image.load()
        if self.content == "pillow":
            return image
        import numpy as np

        return np.asarray(image)

    def save(self, data: Any) -> None:
        """Write a picture."""
        target = self.target()
        form = (self.format or suffix_of(target.path) or "png").lower()
        target.touch(_encoded(data, form, self.save_options))

    def preview(self, rows: int = 5) -> Preview:
        """Return the size of the file."""
        source = self.source()
        return Preview(head=f"an image of {source.storage.size(source.path):,} bytes")


def _encoded(data: Any, form: str, options: dict[str, Any]) -> bytes:
    if isinstance(data, bytes | bytearray | memoryview):
        return bytes(data)
    figure = figure_of(data)
    if figure is not None:
        return drawn(figure, form, options)
    if hasattr(data, "__array_interface__") and not type(data).__module__.startswith("PIL."):
        data = _pillow().fromarray(data)
    if not type(data).__module__.startswith("PIL."):
        raise refused(data, "figures of matplotlib, images of Pillow, arrays and bytes")
    buffer = io.BytesIO()
    data.save(buffer, format=_PILLOW.get(form, form), **options)
    return buffer.getvalue()


def _pillow() -> Any:
    try:
        from PIL import Image as pillow
    except ImportError:
        raise MissingDependencyError("Pillow", "plot", "The type image") from None
    return pillow
