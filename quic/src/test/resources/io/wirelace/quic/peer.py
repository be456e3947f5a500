"""A QUIC peer that is not ours (aioquic), speaking lace/1 by the wire specification alone.

peer.py client PORT CA      walks through a list of steps, prints "ok STEP" for each
peer.py server CERT KEY ALPN RETRY   prints "port N", then answers REQUESTs until its input ends
"""

import asyncio
import socket
import struct
import sys

from aioquic.asyncio import QuicConnectionProtocol, connect, serve
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import ConnectionTerminated, StreamDataReceived
from aioquic.quic.logger import QuicLogger

REQUEST, RESPONSE, HEARTBEAT, HELLO, WELCOME = 0, 1, 3, 5, 6
ROUTED, HEADERS = 0x40, 0x80


def frame(kind, number, payload=b""):
    return struct.pack(">IBQ", 9 + len(payload), kind, number) + payload


def request(number, route, body):
    return frame(REQUEST | ROUTED, number, bytes([len(route)]) + route + body)


def greeting(kind, **headers):
    block = struct.pack(">HH", 1, len(headers))
    for key, value in headers.items():
        block += bytes([len(key)]) + key.encode() + struct.pack(">H", len(value)) + value.encode()
    return frame(kind, 0, block)


def body_of(kind, payload):
    at = 1 + payload[0] if kind & ROUTED else 0
    if kind & HEADERS:
        count = struct.unpack_from(">H", payload, at)[0]
        at += 2
        for _ in range(count):
            at += 1 + payload[at]
            at += 2 + struct.unpack_from(">H", payload, at)[0]
    return payload[at:]


def frames(buffer):
    """Takes the whole frames off the front of a bytearray."""
    while len(buffer) >= 4:
        total = 4 + struct.unpack_from(">I", buffer)[0]
        if len(buffer) < total:
            return
        kind, number = struct.unpack_from(">BQ", buffer, 4)
        yield kind, number, bytes(buffer[13:total])
        del buffer[:total]


class Client(QuicConnectionProtocol):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.buffers = {}
        self.ended = set()
        self.terminated = None
        self.changed = asyncio.Event()

    def quic_event_received(self, event):
        if isinstance(event, StreamDataReceived):
            self.buffers.setdefault(event.stream_id, bytearray()).extend(event.data)
            if event.end_stream:
                self.ended.add(event.stream_id)
        elif isinstance(event, ConnectionTerminated):
            self.terminated = event
        self.changed.set()

    def send(self, stream, data, end=False):
        self._quic.send_stream_data(stream, data, end)
        self.transmit()

    async def until(self, condition):
        while not condition():
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), 10)

    async def answer(self, stream, number):
        while True:
            for kind, found, payload in frames(self.buffers.setdefault(stream, bytearray())):
                if kind in (RESPONSE, WELCOME) and found == number:
                    return kind, payload
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), 10)

    async def echo(self, stream, number, body):
        self.send(stream, request(number, b"echo", body))
        kind, payload = await self.answer(stream, number)
        assert (kind, payload) == (RESPONSE, body), (kind, payload)

    async def rebind(self):
        before = self._transport
        loop = asyncio.get_running_loop()
        sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)  # as aioquic's own
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.bind(("::", 0))
        await loop.create_datagram_endpoint(lambda: self, sock=sock)
        before.close()


async def run_client(port, ca):
    log = QuicLogger()
    configuration = QuicConfiguration(
        is_client=True, alpn_protocols=["lace/1"], cafile=ca, quic_logger=log
    )
    async with connect(
        "127.0.0.1", port, configuration=configuration, create_protocol=Client, local_port=0
    ) as client:
        print("ok handshake")
        client.send(0, greeting(HELLO, client="aioquic"))
        kind, payload = await client.answer(0, 0)
        assert kind == WELCOME and payload[:2] == b"\x00\x01", payload
        print("ok greeting")
        await client.echo(0, 1, b"one")
        print("ok request")
        for stream in (4, 8, 12):
            await client.echo(stream, 100 + stream, b"on %d" % stream)
        print("ok streams")
        body = bytes(range(256)) * 8000
        await client.echo(4, 7, body)
        print("ok two-megabytes")
        client.send(16, request(9, b"echo", b"last"), end=True)
        await client.answer(16, 9)
        await client.until(lambda: 16 in client.ended)
        print("ok ended-stream")
        client._quic.request_key_update()
        await client.echo(0, 2, b"two")
        print("ok key-update")
        client.change_connection_id()
        await client.rebind()
        await client.echo(0, 3, b"three")
        print("ok migration")
        await client.rebind()
        await client.echo(0, 4, b"four")
        print("ok nat-rebinding")
        client.send(0, b"\x00\x00\x00\x01")  # a frame of less than its header
        await client.until(lambda: client.terminated or 0 in client.ended)
        for stream in (0, 4, 8, 12):
            client.send(stream, b"", end=True)
        await client.until(lambda: client.terminated)
        assert client.terminated.error_code == 605, client.terminated
        print("ok close-code")
        for event in log.to_dict()["traces"][0]["events"]:
            data = event["data"]
            if event["name"].endswith("parameters_set") and data.get("owner") == "remote":
                print("migration-disabled", data.get("disable_active_migration", False))


class Server(QuicConnectionProtocol):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.buffers = {}

    def quic_event_received(self, event):
        if not isinstance(event, StreamDataReceived):
            return
        buffer = self.buffers.setdefault(event.stream_id, bytearray())
        buffer.extend(event.data)
        for kind, number, payload in frames(buffer):
            if kind == HELLO:
                self.say(event.stream_id, greeting(WELCOME, node="aioquic"))
            elif kind == HEARTBEAT and len(payload) == 9 and payload[0] == 0:
                self.say(event.stream_id, frame(HEARTBEAT, 0, b"\x01" + payload[1:]))
            elif kind & 0x1F == REQUEST:
                self.say(event.stream_id, frame(RESPONSE, number, body_of(kind, payload)))
        if event.end_stream:
            self._quic.send_stream_data(event.stream_id, b"", True)
        self.transmit()

    def say(self, stream, data):
        self._quic.send_stream_data(stream, data)


async def run_server(cert, key, alpn, retry):
    configuration = QuicConfiguration(is_client=False, alpn_protocols=[alpn])
    configuration.load_cert_chain(cert, key)
    loop = asyncio.get_running_loop()
    server = await serve(
        "127.0.0.1", 0, configuration=configuration, create_protocol=Server, retry=retry
    )
    print("port", server._transport.get_extra_info("sockname")[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if sys.argv[1] == "client":
    asyncio.run(run_client(int(sys.argv[2]), sys.argv[3]))
else:
    asyncio.run(run_server(sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5] == "retry"))
