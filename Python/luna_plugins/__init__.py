"""Plugins for the Luna-Streams reverse proxy, with the programming interface of luna-api's plugins.

A plugin file imports from `luna_plugins.base.plugins_meta.base_plugins`; the proxy runs it in the host program,
`python3 -m luna_plugins.host`. How to write one is in docs/plugins.md.
"""
