"""The catalog: data named once, in YAML."""
