"""The host program: it runs plugins beside the proxy, each on a thread of its own, and answers their routes."""
