"""The store file: one YAML file in which the engineer describes the store. See docs/reference/store-file.md."""
