"""The simulator from outside, and an application that only writes down what it is sent."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import httpx2
import uvicorn
from twilio.request_validator import RequestValidator

from simulator.app import create_app
from simulator.settings import SimulatorSettings

ACCOUNT = "AC" + "1" * 32
TOKEN = "a-pretended-token"
BUSINESS = "+15550001111"
CUSTOMER = "+15557770001"
TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
TO, FROM = f"whatsapp:{CUSTOMER}", f"whatsapp:{BUSINESS}"
PATIENCE = 60
IN_A_HURRY = SimulatorSettings(
    port=0, sent_after_seconds=0.01, delivered_after_seconds=0.01, read_after_seconds=0.01
)


@dataclass
class Hit:
    """One request the application received."""

    path: str
    headers: dict[str, str]
    params: dict[str, str]
    body: bytes = b""


@dataclass
class Application:
    """Answers webhooks, and keeps them. The answer can be changed while it runs."""

    url: str
    hits: list[Hit] = field(default_factory=list)
    answer: tuple[int, str, str] = (200, "text/xml", TWIML)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def receive(self, hit: Hit) -> None:
        with self.changed:
            self.hits.append(hit)
            self.changed.notify_all()

    def to(self, path: str) -> list[Hit]:
        return [hit for hit in self.hits if hit.path.partition("?")[0] == path]

    def trusts(self, hit: Hit, *, token: str = TOKEN) -> bool:
        """What the official validator says of its signature."""
        signature = hit.headers["x-twilio-signature"]
        return bool(RequestValidator(token).validate(self.url + hit.path, hit.params, signature))

    def statuses(self) -> list[str]:
        return [hit.params["MessageStatus"] for hit in self.to("/status")]

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(is_so, PATIENCE), [hit.params for hit in self.hits]


@dataclass
class Simulator:
    """The running simulator, and shortcuts to its control API."""

    url: str
    http: httpx2.Client

    def control(
        self, path: str, order: Mapping[str, object], *, method: str = "POST"
    ) -> dict[str, Any]:
        answer = self.http.request(method, f"/control/{path}", json=order)
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()
        return result

    def ask(self, path: str, **query: str | int) -> dict[str, Any]:
        answer = self.http.get(f"/control/{path}", params=query)
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()
        return result

    def say(self, **words: object) -> dict[str, Any]:
        return self.control("say", {"from": CUSTOMER, "to": BUSINESS, "text": "Hello"} | words)

    def faults(self, **plan: object) -> None:
        self.control("faults", plan, method="PUT")

    def post_message(self, *, user: str = ACCOUNT, token: str = TOKEN, **form: str) -> httpx2.Response:
        wanted = {"To": f"whatsapp:{CUSTOMER}", "From": f"whatsapp:{BUSINESS}", "Body": "Hi"} | form
        given = {name: value for name, value in wanted.items() if value}
        return self.http.post(self.messages_path, data=given, auth=(user, token))

    def furnish(self, application: Application) -> None:
        """One account, one number that calls the application, one customer."""
        urls = {
            "inbound_url": f"{application.url}/messages",
            "status_url": f"{application.url}/status",
        }
        self.control("accounts", {"sid": ACCOUNT, "auth_token": TOKEN})
        self.control("numbers", {"account_sid": ACCOUNT, "number": BUSINESS, "name": "Shop"} | urls)
        self.control("customers", {"phone": CUSTOMER, "profile_name": "Kim Minji"})

    def delivered(self) -> list[str]:
        """The texts that really reached a customer."""
        return [item["text"] for item in self.ask("outbox")["deliveries"]]

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        give_up_at = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < give_up_at
            time.sleep(0.01)

    @property
    def messages_path(self) -> str:
        return f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


@contextmanager
def serve(settings: SimulatorSettings) -> Iterator[Simulator]:
    """Run the simulator on a free port, in a thread of its own."""
    config = uvicorn.Config(
        create_app(settings), port=settings.port, log_level="error", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    url = f"http://{host}:{port}"
    with httpx2.Client(base_url=url, timeout=PATIENCE, trust_env=False) as http:
        yield Simulator(url, http)
    server.should_exit = True
    thread.join(PATIENCE)


class Listener(ThreadingHTTPServer):
    """The socket of the application."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.application = Application(f"http://127.0.0.1:{self.server_port}")


@contextmanager
def listen() -> Iterator[Application]:
    server = Listener()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server.application
    server.shutdown()
    thread.join(PATIENCE)
    server.server_close()


class Handler(BaseHTTPRequestHandler):
    """Passes every request to the application."""

    server: Listener
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        application = self.server.application
        params = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        application.receive(Hit(self.path, headers, params, body))
        status, content_type, answer = application.answer
        self._answer(status, content_type, answer.encode())

    def do_GET(self) -> None:
        application = self.server.application
        content_type, content = application.files.get(self.path, ("text/plain", b""))
        self._answer(200 if content else 404, content_type, content)

    def _answer(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silence."""
