"""Real servers in front of a proxy: nginx, HAProxy and Caddy, each with the configuration that a test gives it."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

from wire import eventually

#: Where Debian puts the modules that nginx loads.
NGINX_MODULES = Path("/usr/lib/nginx/modules")
NGINX = """
{load}
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 512; }}
{body}
"""
#: So that it writes into no folder of the system.
HTTP = """
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {body}
}}
"""


class Fronts:
    """Starts servers; each function tells the address that its server listens on.

    In a configuration `{own}` is the port to listen on, `{port}` the proxy's, and other words as they are given; braces
    of its own are doubled.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: "list[subprocess.Popen[bytes]]" = []

    def nginx(self, proxy: Any, http: str, **words: str) -> "tuple[str, int]":
        """`http` is what stands in the section of that name."""
        return self._nginx(proxy, HTTP.replace("{body}", http), "", words)

    def nginx_stream(self, proxy: Any, stream: str, **words: str) -> "tuple[str, int]":
        """The same of the section `stream`: bytes are passed on, and nothing is read of HTTP."""
        module = NGINX_MODULES / "ngx_stream_module.so"
        assert module.exists(), "nginx's stream module is installed (scripts/install-dependencies test)"
        return self._nginx(proxy, f"stream {{{{ {stream} }}}}", f"load_module {module};", words)

    def _nginx(self, proxy: Any, body: str, load: str, words: "dict[str, str]") -> "tuple[str, int]":
        text = NGINX.replace("{load}", load).replace("{body}", body)
        return self._start("nginx", proxy, text, ["-p", "{folder}", "-c", "{file}"], words)

    def haproxy(self, proxy: Any, text: str, **words: str) -> "tuple[str, int]":
        return self._start("haproxy", proxy, text, ["-db", "-q", "-f", "{file}"], words)

    def caddy(self, proxy: Any, text: str, **words: str) -> "tuple[str, int]":
        arguments = ["run", "--adapter", "caddyfile", "--config", "{file}"]
        return self._start("caddy", proxy, text, arguments, words)

    def _start(
        self, name: str, proxy: Any, text: str, arguments: "list[str]", words: "dict[str, str]"
    ) -> "tuple[str, int]":
        program = shutil.which(name) or shutil.which(name, path="/usr/sbin")
        assert program, f"{name} is installed (scripts/install-dependencies test)"
        folder = self._folder / f"{name}-{len(self._processes)}"
        folder.mkdir()
        file = folder / "configuration"
        with socket.socket() as probe:  # None of them can be told to choose a port itself.
            probe.bind(("127.0.0.1", 0))
            own = probe.getsockname()[1]
        file.write_text(text.format(folder=folder, own=own, port=proxy.address[1], **words))
        command = [program, *(word.format(folder=folder, file=file) for word in arguments)]
        environment = {"HOME": str(folder), "PATH": "/usr/sbin:/usr/bin:/bin"}
        with (folder / "output").open("wb") as output:
            process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
        self._processes.append(process)

        def listens() -> bool:
            assert process.poll() is None, f"{name} ended: {(folder / 'output').read_text()[-2000:]}"
            with socket.socket() as client:
                return client.connect_ex(("127.0.0.1", own)) == 0

        eventually(listens, 20, f"{name} to listen")
        return ("127.0.0.1", own)

    def stop(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
