package io.wirelace.tests.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;

/** {@code udp://host:port} between processes, ours and those of others. */
class UdpProgramTest {
  @Test
  void aServerAndAClientTalkByDatagrams() throws Exception {
    try (LaceProcess server = LaceProcess.start("serve", "--listen", "udp://127.0.0.1:0")) {
      String uri = server.uri();
      assertThat(uri).matches("udp://127\\.0\\.0\\.1:[1-9]\\d*");
      LaceProcess.Finished answer = LaceProcess.run("request", "-e", uri, "", "by datagrams");
      assertThat(answer.out()).as(answer.err()).isEqualTo("by datagrams");

      server.terminate();
      assertThat(server.awaitExit()).isZero();
    }
  }

  /** A peer that proves itself as any that follows the specification's heartbeat does. */
  @Test
  void pythonSpeaksTheBytesOfTheSpecification() throws Exception {
    String program =
        """
        import socket, struct, sys
        peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        peer.settimeout(10)
        peer.connect(("127.0.0.1", int(sys.argv[1])))
        def frame(kind, number, payload):
            return struct.pack(">IBQ", 9 + len(payload), kind, number) + payload
        heard = []
        peer.send(frame(3, 0, struct.pack(">BQ", 0, 42)))
        while True:
            got = peer.recv(65535)
            length, kind, number = struct.unpack(">IBQ", got[:13])
            assert length == len(got) - 4
            heard.append("%d:%d" % (kind, len(got)))
            if kind == 3 and got[13:14] == b"\\0":
                peer.send(frame(3, 0, b"\\1" + got[14:]))
            elif kind == 3:
                peer.send(frame(0, 1, b"ping"))
            elif kind == 1:
                print(" ".join(heard), got.hex(), flush=True)
                peer.send(frame(4, 0, struct.pack(">iBI", -603, 0, 0)))
                break
        """;
    try (LaceProcess server = LaceProcess.start("serve", "--listen", "udp://127.0.0.1:0")) {
      String port = Integer.toString(URI.create(server.uri()).getPort());
      try (ForeignPeer python = ForeignPeer.start("python3", "-c", program, port)) {
        assertThat(python.line()).isEqualTo("3:22 3:13 1:17 0000000d01000000000000000170696e67");
      }
      assertThat(server.err()).doesNotContain("ERROR");
    }
  }

  /** In the other role: a server in Python that asks for no proof and greets nobody. */
  @Test
  void ourClientTalksToAServerInPython() throws Exception {
    String program =
        """
        import socket, struct
        listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        listening.bind(("127.0.0.1", 0))
        print(listening.getsockname()[1], flush=True)
        while True:
            got, peer = listening.recvfrom(65535)
            length, kind, number = struct.unpack(">IBQ", got[:13])
            if kind == 3 and got[13:14] == b"\\0":
                answer = struct.pack(">IBQ", 18, 3, 0) + b"\\1" + got[14:]
            elif kind == 5:
                answer = struct.pack(">IBQHH", 13, 6, 0, 1, 0)
            elif kind & 31 == 0:
                answer = struct.pack(">IBQ", 9 + 6, 1, number) + b"python"
            else:
                continue
            listening.sendto(answer, peer)
        """;
    try (ForeignPeer python = ForeignPeer.start("python3", "-c", program)) {
      String uri = "udp://127.0.0.1:" + python.line();
      LaceProcess.Finished answer = LaceProcess.run("request", "-e", uri, "", "who?");
      assertThat(answer.out()).as(answer.err()).isEqualTo("python");
    }
  }

  @Test
  void socatHearsAProbeForAFrameAndNothingForGarbage() throws Exception {
    try (LaceProcess server = LaceProcess.start("serve", "--listen", "udp://127.0.0.1:0")) {
      int port = URI.create(server.uri()).getPort();
      String to = "UDP4-CONNECT:127.0.0.1:" + port;
      try (ForeignPeer socat = ForeignPeer.start("socat", "-t0.5", "-", to)) {
        byte[] frame = ForeignPeer.hex("00000012 02 0000000000000000 313233343536373839");
        assertThat(ForeignPeer.hex(socat.exchange(frame)))
            .startsWith("0000001203000000000000000000")
            .hasSize(44);
      }
      try (ForeignPeer socat = ForeignPeer.start("socat", "-t0.5", "-", to)) {
        assertThat(socat.exchange("GET / HTTP/1.1\r\n\r\n and more".getBytes(UTF_8))).isEmpty();
      }
    }
  }
}
