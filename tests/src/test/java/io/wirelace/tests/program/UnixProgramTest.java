package io.wirelace.tests.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code unix:/path} between processes, ours and those of others. */
class UnixProgramTest {
  // The specification's own examples.
  private static final String PING = "0000000D 00 0000000000000001 70696E67";
  private static final String PONG = "0000000D01000000000000000170696E67";

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("x.sock");
  }

  private String uri() {
    return "unix:" + path();
  }

  private LaceProcess serve(String... options) throws Exception {
    LaceProcess server = LaceProcess.start("serve", "--listen", uri() + String.join("", options));
    assertThat(server.uri()).isEqualTo(uri());
    return server;
  }

  @Test
  void aServerAndAClientTalkThroughAFile() throws Exception {
    try (LaceProcess server = serve()) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path())))
          .isEqualTo("rw-------");
      LaceProcess.Finished answer = LaceProcess.run("request", "-e", uri(), "", "through a file");
      assertThat(answer.out()).as(answer.err()).isEqualTo("through a file");

      LaceProcess.Finished second = LaceProcess.run("serve", "--listen", uri());
      assertThat(second.status()).isNotZero();
      assertThat(second.err()).contains("-662", "another process listens there");

      server.terminate();
      assertThat(server.awaitExit()).isZero();
      assertThat(path()).doesNotExist();
    }
  }

  @Test
  void whatAKilledServerLeftIsTakenOver() throws Exception {
    try (LaceProcess killed = serve()) {
      killed.kill();
      killed.awaitExit();
    }
    assertThat(path()).exists();
    assertThat(LaceProcess.run("request", "-e", uri(), "", "x").err())
        .contains("-601 connection_refused");
    try (LaceProcess server = serve()) {
      assertThat(LaceProcess.run("request", "-e", uri(), "", "again").out()).isEqualTo("again");
      server.terminate();
      server.awaitExit();
    }
    assertThat(path()).doesNotExist();
  }

  @Test
  void socatSpeaksTheBytesOfTheSpecification() throws Exception {
    try (LaceProcess server = serve();
        ForeignPeer socat = ForeignPeer.start("socat", "-t20", "-", "UNIX-CONNECT:" + path())) {
      assertThat(ForeignPeer.hex(socat.exchange(ForeignPeer.hex(PING)))).isEqualTo(PONG);
      assertThat(server.err()).doesNotContain("ERROR");
    }
  }

  @Test
  void socatOfAnotherUserIsNotLetIn() throws Exception {
    ForeignPeer.assumeInstalled("setpriv");
    ForeignPeer.assumeInstalled("socat");
    Assumptions.assumeTrue(
        "root".equals(System.getProperty("user.name")), "skipped: only root can be another user");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    String[] asNobody = {
      "setpriv",
      "--reuid=65534",
      "--regid=65534",
      "--clear-groups",
      "sh",
      "-c",
      "socat -u OPEN:/dev/null UNIX-CONNECT:" + path() + " 2>&1 || true"
    };
    try (LaceProcess server = serve();
        ForeignPeer nobody = ForeignPeer.start(asNobody)) {
      assertThat(new String(nobody.exchange(new byte[0]), UTF_8)).contains("Permission denied");
      server.terminate();
      server.awaitExit();
    }
    try (LaceProcess server = serve("?mode=0666");
        ForeignPeer nobody = ForeignPeer.start(asNobody)) {
      assertThat(new String(nobody.exchange(new byte[0]), UTF_8)).isEmpty();
      assertThat(server.err()).doesNotContain("ERROR");
    }
  }

  @Test
  void nodeSpeaksTheBytesOfTheSpecification() throws Exception {
    String program =
        """
        const net = require('net');
        const socket = net.connect(process.argv[1]);
        const chunks = [];
        socket.on('data', chunk => chunks.push(chunk));
        socket.on('end', () => console.log(Buffer.concat(chunks).toString('hex')));
        socket.end(Buffer.from(process.argv[2], 'hex'));
        """;
    try (LaceProcess server = serve();
        ForeignPeer node =
            ForeignPeer.start("node", "-e", program, path().toString(), PING.replace(" ", ""))) {
      assertThat(node.line()).isEqualToIgnoringCase(PONG);
      assertThat(server.err()).doesNotContain("ERROR");
    }
  }

  /** In the other role: a server in Python, which greets and answers as the specification says. */
  @Test
  void ourClientTalksToAServerInPython() throws Exception {
    String program =
        """
        import os, socket, struct, sys
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(sys.argv[1])
        listening.listen(1)
        print("ready", flush=True)
        peer, _ = listening.accept()
        pid, uid, gid = struct.unpack(
            "3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        stream = peer.makefile("rb")
        while True:
            head = stream.read(13)
            if len(head) < 13:
                break
            length, kind, number = struct.unpack(">IBQ", head)
            body = stream.read(length - 9)
            if kind & 31 == 5:
                peer.sendall(struct.pack(">IBQHH", 13, 6, 0, 1, 0))
            elif kind & 31 == 0:
                answer = b"python of uid %d" % uid
                peer.sendall(struct.pack(">IBQ", 9 + len(answer), 1, number) + answer)
        peer.close()
        """;
    try (ForeignPeer python = ForeignPeer.start("python3", "-c", program, path().toString())) {
      assertThat(python.line()).isEqualTo("ready");
      LaceProcess.Finished answer = LaceProcess.run("request", "-e", uri(), "", "who?");
      assertThat(answer.out())
          .as(answer.err())
          .isEqualTo("python of uid " + Files.getAttribute(folder, "unix:uid"));
    }
  }
}
