"""The package that plugin files are modules of, as in luna-api."""
