package io.wirelace.transport.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.ServerBuilder;
import io.wirelace.Wirelace;
import io.wirelace.error.Result;
import io.wirelace.error.WirelaceException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The file of a Unix socket: its rights, whom it belongs to, and what is done to others'. */
class SocketFileTest {
  private Path folder;
  private Path path;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createTempDirectory("lace");
    path = folder.resolve("l.sock");
  }

  @AfterEach
  void nothingElseStaysBehind() throws IOException {
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(Path::getFileName).map(Path::toString))
          .as("private directories")
          .noneMatch(name -> name.startsWith("."));
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes is) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, IOException e) throws IOException {
            Files.delete(dir);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private ServerBuilder server(String options) {
    return Wirelace.server()
        .listen("unix:" + path + options)
        .defaultRoute((session, message) -> message.body());
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private void expectWorking() {
    try (Client client = Wirelace.connect("unix:" + path)) {
      assertThat(client.request("", new byte[5])).hasSize(5);
    }
  }

  private void expectBindFailure(String... words) {
    assertThatThrownBy(() -> server("").start())
        .isInstanceOfSatisfying(
            WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-662))
        .hasMessageContaining(path.toString())
        .hasMessageContainingAll(words);
  }

  /** What a process that was killed leaves behind. */
  private void leaveStaleSocket() throws IOException {
    try (ServerSocketChannel gone = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      gone.bind(UnixDomainSocketAddress.of(path));
    }
    assertThat(path).exists();
  }

  @Test
  void onlyTheOwnerMayConnectUnlessToldOtherwise() throws IOException {
    try (Server server = server("").start()) {
      assertThat(mode(path)).isEqualTo("rw-------");
      assertThat(server.uri()).isEqualTo("unix:" + path);
      expectWorking();
    }
    try (Server server = server("?mode=0660").start()) {
      assertThat(mode(path)).isEqualTo("rw-rw----");
      assertThat(server.isRunning()).isTrue();
    }
    try (Server server = server("?mode=622").start()) {
      assertThat(mode(path)).isEqualTo("rw--w--w-");
      assertThat(server.isRunning()).isTrue();
    }
  }

  @Test
  void whoMayNotWriteToItIsToldSo() throws Exception {
    Assumptions.assumeFalse(
        System.getProperty("user.name").equals("root"), "skipped: nothing is denied to root");
    try (Server server = server("?mode=0000").start()) {
      Result<Client> result = Wirelace.tryConnect(server.uri());
      assertThat(result).isInstanceOf(Result.Err.class);
      assertThat(((Result.Err<Client>) result).fault().toString())
          .contains("-600", "permission denied");
    }
  }

  /** Seen from a thread that looks all the time, and by what could be entered meanwhile. */
  @Test
  void itIsNeverSeenWithWiderRights() throws Exception {
    Set<String> seen = new ConcurrentSkipListSet<>();
    CountDownLatch looking = new CountDownLatch(1);
    Thread watcher =
        Thread.ofPlatform()
            .start(() -> {
              while (!Thread.currentThread().isInterrupted()) {
                try (Stream<Path> all = Files.list(folder)) {
                  all.forEach(file -> {
                    try {
                      seen.add((file.equals(path) ? "socket " : "beside ") + mode(file));
                    } catch (IOException e) {
                      // Gone since it was listed.
                    }
                  });
                } catch (IOException | java.io.UncheckedIOException e) {
                  // As above.
                }
                looking.countDown();
              }
            });
    looking.await();
    for (int i = 0; i < 200; i++) {
      server("").start().close();
    }
    watcher.interrupt();
    watcher.join();
    assertThat(seen).isSubsetOf("socket rw-------", "beside rwx------", "beside rw-------");
    assertThat(seen).contains("socket rw-------");
  }

  @Test
  void aStaleOneIsTakenOver() throws IOException {
    leaveStaleSocket();
    try (Server server = server("").start()) {
      assertThat(server.isRunning()).isTrue();
      expectWorking();
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void aLiveOneIsNotStolen() throws IOException {
    try (Server server = server("").start()) {
      expectBindFailure("another process listens there");
      expectWorking();
      assertThat(server.isRunning()).isTrue();
    }
    try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      other.bind(UnixDomainSocketAddress.of(path), 1);
      expectBindFailure("another process listens there");
      assertThat(path).exists();
    }
  }

  @Test
  void ofManyThatTakeOverAStaleOneAtOnceOneHasIt() throws Exception {
    for (int round = 0; round < 20; round++) {
      leaveStaleSocket();
      List<Server> winners = new ArrayList<>();
      List<Integer> codes = new ArrayList<>();
      CountDownLatch go = new CountDownLatch(1);
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        threads.add(
            Thread.ofPlatform()
                .start(() -> {
                  try {
                    go.await();
                    Server server = server("").ioThreads(1).start();
                    synchronized (winners) {
                      winners.add(server);
                    }
                  } catch (WirelaceException e) {
                    synchronized (winners) {
                      codes.add(e.fault().number());
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }));
      }
      go.countDown();
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(winners).hasSize(1);
      assertThat(codes).containsExactly(-662, -662, -662);
      expectWorking();
      winners.getFirst().close();
      assertThat(path).doesNotExist();
    }
  }

  @Test
  void whatIsNoSocketStays() throws Exception {
    Files.writeString(path, "precious");
    expectBindFailure("is no socket");
    assertThat(path).hasContent("precious");

    Path other = Files.move(path, folder.resolve("other"));
    Files.createSymbolicLink(path, other);
    expectBindFailure("is no socket");
    assertThat(other).hasContent("precious");

    Files.delete(path);
    Files.createSymbolicLink(path, folder.resolve("dangling"));
    expectBindFailure("is no socket");
    assertThat(Files.isSymbolicLink(path)).isTrue();

    Files.delete(path);
    Files.createDirectory(path);
    expectBindFailure("is no socket");
    assertThat(path).isDirectory();
  }

  @Test
  void itIsRemovedAtTheEndOnlyIfItIsStillOurs() throws Exception {
    Server server = server("").start();
    Files.delete(path);
    Files.writeString(path, "somebody else's");
    server.close();
    assertThat(path).hasContent("somebody else's");

    Files.delete(path);
    Server first = server("").start();
    Files.move(path, folder.resolve("moved"));
    try (Server second = server("").start()) {
      first.close();
      expectWorking();
      assertThat(second.isRunning()).isTrue();
    }
    assertThat(Files.exists(path, LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  @Test
  void whereThereIsNoDirectoryThatIsSaid() {
    assertThatThrownBy(() -> Wirelace.server().listen("unix:" + folder + "/none/l.sock").start())
        .isInstanceOfSatisfying(
            WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-662))
        .hasMessageContaining("there is no directory " + folder + "/none");
  }

  @Test
  void theLongestPathWorksAndALongerOneIsRefused() throws IOException {
    int room = 107 - folder.toString().length() - 1;
    path = folder.resolve("x".repeat(room));
    try (Server server = server("").start()) {
      assertThat(server.isRunning()).isTrue();
      expectWorking();
    }
    for (String uri :
        List.of(
            "unix:" + folder.resolve("x".repeat(room + 1)),
            "unix:/" + "d".repeat(97) + "/s",
            "unix:" + folder.resolve("ü".repeat(room / 2 + 1)))) {
      assertThatThrownBy(() -> Wirelace.server().listen(uri).start())
          .as(uri)
          .isInstanceOfSatisfying(
              WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-664))
          .hasMessageContaining("bytes (expected at most");
      assertThatThrownBy(() -> Wirelace.connect(uri)).hasMessageContaining("-664");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b.sock", "ü.sock", "50%.sock", "what?.sock", "#1.sock"})
  void anyNameCanBeSaidInAUriAndIsPrintedAsOne(String name) throws Exception {
    path = folder.resolve(name);
    String uri = "unix:" + new java.net.URI(null, null, path.toString(), null).getRawPath();
    try (Server server =
        Wirelace.server().listen(uri).defaultRoute((s, message) -> message.body()).start()) {
      assertThat(Files.exists(path)).isTrue();
      try (Client client = Wirelace.connect(server.uri())) {
        assertThat(client.request("", new byte[2])).hasSize(2);
      }
    }
  }

  @Test
  void aConnectWhereNobodyListensIsARefusal() throws IOException {
    for (String io : List.of("auto", "nio")) {
      Result<Client> none = Wirelace.client().io(io).tryConnect("unix:" + folder + "/none.sock");
      assertThat(((Result.Err<Client>) none).fault().toString())
          .contains("-601", "there is no such socket");
    }
    leaveStaleSocket();
    for (String io : List.of("auto", "nio")) {
      Result<Client> stale = Wirelace.client().io(io).tryConnect("unix:" + path);
      assertThat(((Result.Err<Client>) stale).fault().number()).isEqualTo(-601);
    }
  }

  @Test
  void aServerThatStopsLeavesNoFile() {
    Server server = server("").start();
    try (Client client = Wirelace.connect(server.uri())) {
      server.close();
      assertThat(Files.exists(path, LinkOption.NOFOLLOW_LINKS)).isFalse();
      await().atMost(10, TimeUnit.SECONDS).until(() -> !client.isOpen());
    }
  }
}
