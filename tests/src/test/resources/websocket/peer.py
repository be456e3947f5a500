"""A WebSocket peer by Python's websockets. client URL: talks to our server. server: serves our client."""
import json
import struct
import sys
import threading

from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.sync.server import serve

LIMIT = 32 << 20


def frame(type, id, payload):
    return struct.pack(">IBQ", 9 + len(payload), type, id) + payload


def request(id, body):
    return frame(0x40, id, b"\x04echo" + body)


def native(url, compression):
    with connect(url, subprotocols=["lace.v1"], compression=compression, max_size=LIMIT) as socket:
        assert socket.subprotocol == "lace.v1"
        for size in [0, 1, 125, 126, 65536, 1 << 20]:
            body = (b"abcdefg" * (size // 7 + 1))[:size]
            socket.send(request(size + 1, body))
            assert socket.recv() == frame(1, size + 1, body)
        whole = request(7, b"in pieces")
        socket.send([whole[:3], whole[3:10], whole[10:]])
        assert socket.recv() == frame(1, 7, b"in pieces")
        assert socket.ping().wait(10)
    assert socket.protocol.close_code == 1000, socket.protocol.close_code


def text(url):
    with connect(url, subprotocols=["lace.json"]) as socket:
        socket.send(json.dumps({"type": "request", "id": 1, "route": "echo", "body": [1, "zwei", None]}))
        assert json.loads(socket.recv()) == {"type": "response", "id": 1, "body": [1, "zwei", None]}
        socket.send("nonsense")
        assert json.loads(socket.recv())["code"] == -648


def refused(url, status, **options):
    try:
        connect(url, **options)
    except InvalidStatus as e:
        assert e.response.status_code == status, e.response
    else:
        raise AssertionError("it should have been refused")


def answer(socket):
    for message in socket:
        at = 0
        while at < len(message):
            length, type, id = struct.unpack_from(">IBQ", message, at)
            assert type == 0x40, type
            payload = message[at + 13 : at + 4 + length]
            socket.send(frame(1, id, payload[1 + payload[0] :]))
            at += 4 + length
    print("closed", socket.protocol.close_code, flush=True)


def server(compression):
    with serve(answer, "127.0.0.1", 0, subprotocols=["lace.v1"], compression=compression, max_size=LIMIT) as it:
        print("port", it.socket.getsockname()[1], flush=True)
        threading.Thread(target=it.serve_forever, daemon=True).start()
        sys.stdin.read()


mode = sys.argv[1]
if mode == "client":
    url = sys.argv[2]
    native(url, None)
    native(url, "deflate")
    text(url)
    refused(url, 403, origin="https://evil.example.com")
    refused(url, 400, subprotocols=["chat"])
    refused(url + "x", 404)
    print("all passed")
else:
    server("deflate" if mode == "deflating-server" else None)
