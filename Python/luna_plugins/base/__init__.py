"""What plugins are derived from."""
