"""The measurements of docs/internals/performance.md: ``python -m benchmarks [TABLE...]``."""
