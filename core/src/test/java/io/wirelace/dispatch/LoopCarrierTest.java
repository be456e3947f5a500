package io.wirelace.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.config.HandlerCarrier;
import io.wirelace.error.WirelaceException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Which thread carries the virtual threads of handlers, and when that changes. */
class LoopCarrierTest extends CarriedCase {
  @Test
  void handlersAreVirtualThreadsOnTheLoopOrInThePoolAsIsSaid() {
    try (Server onLoop = server(HandlerCarrier.LOOP).start();
        Server inPool = server(HandlerCarrier.POOL).start();
        Client first = Wirelace.connect(onLoop.uri());
        Client second = Wirelace.connect(inPool.uri())) {
      for (int i = 0; i < 200; i++) {
        assertThat(carrierOf(first)).startsWith("virtual on lace-io");
        assertThat(carrierOf(second)).startsWith("virtual on ForkJoinPool");
      }
    }
  }

  @Test
  void quickHandlersComeToTheLoopAndSlowOnesLeaveIt() {
    try (Server server =
            server(HandlerCarrier.AUTO)
                .route(
                    "compute",
                    (session, message) -> {
                      long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2);
                      while (System.nanoTime() - until < 0) {
                        Thread.onSpinWait();
                      }
                      return bytes(carrier());
                    })
                .start();
        Client client = Wirelace.connect(server.uri());
        Client other = Wirelace.connect(server.uri())) {
      assertThat(carrierOf(client)).startsWith("virtual on ForkJoinPool");
      await().atMost(RESTS).until(() -> comesToTheLoop(client));
      await()
          .until(
              () -> new String(client.request("compute", NOTHING), UTF_8),
              carrier -> carrier.startsWith("virtual on ForkJoinPool"));
      await().atMost(RESTS).until(() -> comesToTheLoop(other));
    }
  }

  @Test
  void aMailboxThatIsNeverEmptyComesToTheLoopToo() {
    Queue<String> carriers = new ConcurrentLinkedQueue<>();
    AtomicInteger count = new AtomicInteger();
    try (Server server =
            server(HandlerCarrier.AUTO)
                .receive(
                    "n",
                    (session, message) -> {
                      if ((count.incrementAndGet() & 0x3FF) == 0) {
                        carriers.add(carrier());
                      }
                    })
                .start();
        Client client = Wirelace.connect(server.uri())) {
      await()
          .until(() -> {
            for (int i = 0; i < 50_000; i++) {
              client.send("n", NOTHING);
            }
            return carriers.stream().anyMatch(carrier -> carrier.startsWith("virtual on lace-io"));
          });
    }
  }

  @Test
  void whatHandlersStartIsCarriedByThePool() {
    try (Server server =
            server(HandlerCarrier.LOOP)
                .route(
                    "child",
                    (session, message) -> {
                      CompletableFuture<String> said = new CompletableFuture<>();
                      Thread.startVirtualThread(() -> said.complete(carrier()));
                      return bytes(said.get());
                    })
                .start();
        Client client = Wirelace.connect(server.uri())) {
      assertThat(client.request("child", NOTHING))
          .asString(UTF_8)
          .startsWith("virtual on ForkJoinPool");
    }
  }

  @Test
  void aHandlerThatGoesOnAfterItsLoopHasEndedIsCarriedByThePool() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    CompletableFuture<String> said = new CompletableFuture<>();
    Server server =
        server(HandlerCarrier.LOOP)
            .drainTimeout(Duration.ofMillis(50))
            .set("close-timeout", "50ms")
            .receive(
                "stay",
                (session, message) -> {
                  entered.countDown();
                  boolean interrupted = true;
                  while (interrupted) {
                    try {
                      go.await();
                      interrupted = false;
                    } catch (InterruptedException e) {
                      // the server does not want to wait; this handler does
                    }
                  }
                  said.complete(carrier());
                })
            .start();
    try (server;
        Client client = Wirelace.client().set("close-timeout", "50ms").connect(server.uri())) {
      client.send("stay", NOTHING);
      entered.await();
    }
    await()
        .until(() ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("lace-io")));
    go.countDown();
    assertThat(said.get(10, TimeUnit.SECONDS)).startsWith("virtual on ForkJoinPool");
  }

  /** Also where the JVM would allow another: no handler can stop a loop. */
  @Test
  void byDefaultHandlersThatComputeStopNobody() throws Exception {
    AtomicBoolean go = new AtomicBoolean();
    CountDownLatch entered = new CountDownLatch(1);
    try (Server server =
            Wirelace.server()
                .listen("tcp://127.0.0.1:0")
                .ioThreads(1)
                .route("carrier", (session, message) -> bytes(carrier()))
                .inline("alive", (session, message) -> NOTHING)
                .route(
                    "compute",
                    (session, message) -> {
                      entered.countDown();
                      while (!go.get() && !Thread.currentThread().isInterrupted()) {
                        Thread.onSpinWait();
                      }
                      return bytes(go.get() ? "told" : "interrupted");
                    })
                .receive("seen", (session, message) -> go.set(true))
                .start();
        Client client = Wirelace.connect(server.uri());
        Client other = Wirelace.connect(server.uri())) {
      for (int i = 0; i < 500; i++) {
        assertThat(carrierOf(client)).startsWith("virtual on ForkJoinPool");
      }
      CompletableFuture<byte[]> quick = client.requestAsync("carrier", NOTHING);
      CompletableFuture<byte[]> slow =
          client.requestAsync("compute", NOTHING, Duration.ofSeconds(2));
      assertThat(quick).succeedsWithin(Duration.ofSeconds(30)); // it computes until its deadline
      entered.await();
      assertThat(other.request("alive", NOTHING, Duration.ofSeconds(30))).isEmpty();
      assertThat(slow).failsWithin(Duration.ofSeconds(30));
      assertThat(client.request("carrier", NOTHING, Duration.ofSeconds(30))).isNotEmpty();
    } finally {
      go.set(true);
    }
  }

  /** To be run in a JVM of its own. */
  static final class Starting {
    private Starting() {}

    public static void main(String[] carriers) {
      for (String carrier : carriers) {
        try (Server server =
                Wirelace.server()
                    .listen("memory://starting")
                    .set("handler-carrier", carrier)
                    .start();
            Client client = Wirelace.connect(server.uri())) {
          client.send("", NOTHING);
          System.out.println(carrier + " works");
        } catch (WirelaceException e) {
          System.out.println(e.fault().message());
        }
      }
    }
  }

  @Test
  void whereTheJvmForbidsItTheLoopIsRefusedAndAutoTakesThePool() throws Exception {
    Process forbidding =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile"),
                Starting.class.getName(),
                "auto",
                "loop")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(forbidding.inputReader(UTF_8).lines())
        .containsExactly(
            "auto works",
            "handler-carrier: loop (expected auto or pool in this JVM, since the JVM was not"
                + " started with --add-opens java.base/java.lang=ALL-UNNAMED)");
  }

  @Test
  void aBatchThatTakesLongLeavesTheLoop() {
    Queue<String> carriers = new ConcurrentLinkedQueue<>();
    try (Server server =
            server(HandlerCarrier.AUTO)
                .receive(
                    "n",
                    (session, message) -> {
                      if (message.text().equals("slow")) {
                        carriers.add(carrier());
                        long until = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(100);
                        while (System.nanoTime() - until < 0) {
                          Thread.onSpinWait();
                        }
                      }
                    })
                .start();
        Client client = Wirelace.connect(server.uri())) {
      await()
          .atMost(RESTS)
          .until(() -> {
            carriers.clear();
            boolean onLoop = comesToTheLoop(client);
            for (int i = 0; i < 300; i++) {
              client.send("n", bytes("slow"));
            }
            client.request("carrier", NOTHING);
            List<String> told = List.copyOf(carriers);
            return onLoop
                && told.getFirst().startsWith("virtual on lace-io")
                && told.getLast().startsWith("virtual on ForkJoinPool");
          });
    }
  }
}
