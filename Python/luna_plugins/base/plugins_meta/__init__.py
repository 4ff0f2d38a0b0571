"""The base classes, where luna-api has them."""
