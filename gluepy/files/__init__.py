"""Bytes at paths (``storages``) and dataframes at paths (``data``)."""
