package io.wirelace.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.dispatch.RunMode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Sessions whose queues share an event loop, and with it the memory of their chunks. */
class SharedLoopTest {
  private static final int CLIENTS = 6;
  private static final int THREADS_EACH = 6;
  private static final int MESSAGES = 6_000;
  private static final AttributeKey<Byte> WHOSE = new AttributeKey<>("whose", Byte.class);

  @Test
  void whatOneSessionSendsNeverArrivesOnAnother() throws Exception {
    AtomicLong strangers = new AtomicLong();
    AtomicLong arrived = new AtomicLong();
    List<Client> clients = new ArrayList<>();
    try (Server server =
        Wirelace.server()
            .listen("tcp://127.0.0.1:0")
            .route("whose", (session, message) -> own(session, message.bodyByte(0)))
            .receive(
                "n",
                RunMode.INLINE,
                (session, message) -> {
                  byte from = message.bodyByte(0);
                  if (session.attribute(WHOSE).filter(own -> own == from).isEmpty()) {
                    strangers.incrementAndGet();
                  }
                  arrived.incrementAndGet();
                })
            .start()) {
      List<Thread> threads = new ArrayList<>();
      for (int c = 0; c < CLIENTS; c++) {
        Client client = Wirelace.connect(server.uri());
        clients.add(client);
        byte number = (byte) c;
        assertThat(client.request("whose", new byte[] {number})).hasSize(1);
        for (int t = 0; t < THREADS_EACH; t++) {
          threads.add(Thread.ofPlatform().start(() -> send(client, number)));
        }
      }
      for (Thread thread : threads) {
        thread.join();
      }
      long all = (long) CLIENTS * THREADS_EACH * MESSAGES;
      await().untilAsserted(() -> assertThat(arrived).hasValue(all));
      clients.forEach(Client::close);
    }
    assertThat(strangers).hasValue(0);
  }

  private static byte[] own(Session session, byte number) {
    session.attribute(WHOSE, number);
    return new byte[1];
  }

  private static void send(Client client, byte number) {
    byte[] body = new byte[40];
    body[0] = number;
    for (int i = 0; i < MESSAGES; i++) {
      client.send("n", body);
      if (i % 5 == 0) {
        LockSupport.parkNanos(1); // so that queues run dry, and chunks come and go
      }
    }
  }
}
