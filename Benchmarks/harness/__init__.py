"""Measures the proxy against nginx, HAProxy and Envoy. `Benchmarks/README.md` says what each figure means."""
