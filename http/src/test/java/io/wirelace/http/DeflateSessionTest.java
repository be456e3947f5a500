package io.wirelace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** permessage-deflate between our client and our server. */
class DeflateSessionTest {
  private final AtomicLong passed = new AtomicLong();

  /** A port that forwards to the server's, and counts the bytes both ways. */
  private int counting(ServerSocket listener, int port) {
    Thread.ofVirtual().start(() -> forward(listener, port));
    return listener.getLocalPort();
  }

  private void forward(ServerSocket listener, int port) {
    try {
      while (true) {
        Socket from = listener.accept();
        Socket to = new Socket(InetAddress.getLoopbackAddress(), port);
        Thread.ofVirtual().start(() -> copy(from, to));
        Thread.ofVirtual().start(() -> copy(to, from));
      }
    } catch (IOException e) {
      // The test has closed the listener.
    }
  }

  private void copy(Socket from, Socket to) {
    byte[] piece = new byte[8192];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
        out.write(piece, 0, length);
        passed.addAndGet(length);
      }
      to.shutdownOutput();
    } catch (IOException e) {
      // The other direction has ended the connection.
    }
  }

  private long bytesFor(String serverOptions, String clientOptions) throws IOException {
    byte[] compressible = new byte[100_000];
    Arrays.fill(compressible, (byte) 'a');
    byte[] random = new byte[100_000];
    new Random(7).nextBytes(random);
    try (Server server =
            Wirelace.server()
                .listen("ws://127.0.0.1:0" + serverOptions)
                .route("echo", (session, message) -> message.body())
                .start();
        ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      int port = counting(listener, URI.create(server.uri()).getPort());
      try (Client client = Wirelace.connect("ws://127.0.0.1:" + port + clientOptions)) {
        for (int size : new int[] {0, 1, 63, 64, 65, 1000, 70_000, 100_000}) {
          byte[] some = Arrays.copyOf(random, size);
          assertThat(client.request("echo", some)).isEqualTo(some);
        }
        passed.set(0);
        for (int i = 0; i < 10; i++) {
          assertThat(client.request("echo", compressible)).isEqualTo(compressible);
        }
        return passed.get();
      }
    }
  }

  @Test
  void itSavesBytesWhereBothWantIt() throws IOException {
    assertThat(bytesFor("?deflate=true", "?deflate=true")).isLessThan(100_000);
  }

  @Test
  void itIsOffWhereOneDoesNot() throws IOException {
    assertThat(bytesFor("?deflate=true", "")).isGreaterThan(2_000_000);
    assertThat(bytesFor("", "?deflate=true")).isGreaterThan(2_000_000);
  }

  @Test
  void manyClientsShareTheLoopsDeflaters() throws Exception {
    try (Server server =
        Wirelace.server()
            .listen("ws://127.0.0.1:0?deflate=true")
            .route("echo", (session, message) -> message.body())
            .start()) {
      CompletableFuture<?>[] all = new CompletableFuture<?>[20];
      for (int c = 0; c < all.length; c++) {
        int number = c;
        all[c] =
            CompletableFuture.runAsync(
                () -> {
                  Random random = new Random(number);
                  try (Client client = Wirelace.connect(server.uri() + "?deflate=true")) {
                    for (int i = 0; i < 50; i++) {
                      byte[] body = new byte[random.nextInt(5000)];
                      Arrays.fill(body, (byte) random.nextInt());
                      assertThat(client.request("echo", body)).isEqualTo(body);
                    }
                  }
                },
                task -> Thread.ofVirtual().start(task));
      }
      CompletableFuture.allOf(all).get();
    }
  }
}
