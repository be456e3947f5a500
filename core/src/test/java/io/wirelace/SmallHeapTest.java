package io.wirelace;

import static io.wirelace.RawPeer.COMPRESSED;
import static io.wirelace.RawPeer.frame;
import static io.wirelace.RawPeer.join;
import static io.wirelace.RawPeer.routed;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.luben.zstd.Zstd;
import io.wirelace.error.WirelaceException;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A server in a JVM of its own with little memory, and peers that want it to hold more. */
class SmallHeapTest {
  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final Collection<Socket> peers = new ConcurrentLinkedQueue<>();
  private @Nullable Process process;
  private String uri = "";

  private void start(String heap, String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx" + heap, "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(SmallHeapServer.class.getName());
    Process started = new ProcessBuilder(command).redirectErrorStream(true).start();
    process = started;
    BufferedReader reader = started.inputReader(StandardCharsets.UTF_8);
    Thread.ofPlatform().daemon().start(() -> reader.lines().forEach(lines::add));
    await()
        .atMost(Duration.ofSeconds(40))
        .until(() -> lines.stream().anyMatch(line -> line.startsWith("tcp://")));
    uri = lines.stream().filter(line -> line.startsWith("tcp://")).findFirst().orElseThrow();
  }

  @AfterEach
  void end() throws IOException {
    for (Socket peer : peers) {
      peer.close();
    }
    if (process != null) {
      process.destroyForcibly();
    }
  }

  private RawPeer peer() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(8 * 1024);
    java.net.URI at = java.net.URI.create(uri);
    socket.connect(new java.net.InetSocketAddress(at.getHost(), at.getPort()));
    peers.add(socket);
    return new RawPeer(socket);
  }

  private boolean said(String what) {
    return lines.stream().anyMatch(line -> line.contains(what));
  }

  private void assertHealthy() throws InterruptedException {
    try (Client client = Wirelace.connect(uri)) {
      for (int i = 0; i < 100; i++) {
        assertThat(client.request("echo", new byte[1000], Duration.ofSeconds(20))).hasSize(1000);
      }
    }
    assertThat(requireNonNull(process).waitFor(0, TimeUnit.SECONDS)).as("it has ended").isFalse();
    assertThat(lines).noneMatch(line -> line.contains("OutOfMemory"));
    assertThat(lines).noneMatch(line -> line.contains("OutOfDirectMemory"));
  }

  @Test
  void compressedRequestsThatWaitInHandlersAreBookedAsWhatTheyInflateTo() throws Exception {
    start("256m");
    byte[] body = new byte[16_000_000];
    byte[] bomb =
        join(ByteBuffer.allocate(5).put((byte) 2).putInt(body.length).array(), Zstd.compress(body));
    for (int i = 0; i < 30; i++) {
      RawPeer peer = peer().greet("zstd");
      for (int id = 1; id <= 90; id++) {
        peer.send(routed(COMPRESSED, id, "sleep", bomb));
      }
    }
    assertHealthy();
  }

  @Test
  void peersThatAskForEchoesAndDoNotReadAreEndedTheLargestFirst() throws Exception {
    start("256m");
    byte[] echo = frame(0, 1, new byte[16_000]);
    Thread[] asking = new Thread[300];
    for (int i = 0; i < asking.length; i++) {
      RawPeer peer = peer();
      asking[i] = Thread.ofVirtual().start(() -> ask(peer, echo));
    }
    await().atMost(Duration.ofSeconds(40)).until(() -> said("Evicted["));
    assertHealthy();
    end(asking);
  }

  private static void ask(RawPeer peer, byte[] echo) {
    byte[] frames = join(echo, echo, echo, echo);
    try {
      for (int id = 1; id < 4 * 400; ) {
        for (int at = 0; at < frames.length; at += echo.length) {
          ByteBuffer.wrap(frames).putLong(at + 5, id++);
        }
        peer.send(frames);
      }
    } catch (SocketTimeoutException | SocketException e) {
      return; // it was ended
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void end(Thread... asking) throws IOException, InterruptedException {
    for (Socket peer : peers) {
      peer.close();
    }
    for (Thread one : asking) {
      one.join();
    }
  }

  @Test
  void anAnswerThatFindsNoMemoryIsToldToItsCaller() throws Exception {
    start("256m", "-Dio.netty.maxDirectMemory=32000000");
    List<CompletableFuture<byte[]>> answers = new ArrayList<>();
    List<Client> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        Client client = Wirelace.connect(uri);
        clients.add(client);
        answers.add(client.requestAsync("large", new byte[0], Duration.ofSeconds(20)));
      }
      for (CompletableFuture<byte[]> answer : answers) {
        assertThat(answer.handle(SmallHeapTest::codeOf).get()).isIn(0, -647);
      }
    } finally {
      clients.forEach(Client::close);
    }
    try (Client client = Wirelace.connect(uri)) {
      assertThat(client.request("echo", new byte[1000], Duration.ofSeconds(20))).hasSize(1000);
    }
  }

  private static int codeOf(byte[] answer, Throwable failure) {
    return failure instanceof WirelaceException told ? told.fault().number() : 0;
  }

  @Test
  void aBroadcastReachesThoseWhoReadAndNamesThoseWhoDoNot() throws Exception {
    // What the system keeps for each peer is not the server's memory, and takes long to fill.
    start("128m", "-Dlisten=tcp://127.0.0.1:0?send-buffer=65536");
    List<RawPeer> reading = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      RawPeer peer = peer();
      if (i % 2 == 0) {
        reading.add(peer);
      }
    }
    List<Thread> readers = new ArrayList<>();
    Queue<Integer> reached = new ConcurrentLinkedQueue<>();
    for (RawPeer peer : reading) {
      readers.add(
          Thread.ofVirtual()
              .start(() -> {
                try {
                  String read;
                  do {
                    read = new String(peer.read().payload(), StandardCharsets.UTF_8);
                  } while (!read.contains("last"));
                  reached.add(1);
                } catch (IOException e) {
                  return; // counted as not reached
                }
              }));
    }
    try (Client client = Wirelace.connect(uri)) {
      await()
          .atMost(Duration.ofSeconds(40))
          .until(() -> {
            client.request("broadcast", new byte[30_000], Duration.ofSeconds(20));
            return said("Slow[");
          });
      for (int i = 0; i < 8; i++) {
        client.request("broadcast", new byte[30_000], Duration.ofSeconds(20));
      }
      client.request("broadcast", "last".getBytes(StandardCharsets.UTF_8), Duration.ofSeconds(20));
    }
    for (Thread reader : readers) {
      reader.join(20_000);
    }
    assertThat(reached.size()).isEqualTo(reading.size());
    assertHealthy();
  }
}
