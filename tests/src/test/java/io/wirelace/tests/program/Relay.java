package io.wirelace.tests.program;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Stands between one client and a server, and tells when a text has passed on to the server: so
 * that a test knows what is under way without sleeping.
 */
final class Relay implements AutoCloseable {
  private final ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  private final CountDownLatch passed = new CountDownLatch(1);
  private final String awaited;

  Relay(String serverUri, String awaited) throws IOException {
    this.awaited = awaited;
    int port = Integer.parseInt(serverUri.substring(serverUri.lastIndexOf(':') + 1));
    Thread.ofVirtual().start(() -> relay(port));
  }

  String uri() {
    return "tcp://127.0.0.1:" + listening.getLocalPort();
  }

  boolean awaitPassed() throws InterruptedException {
    return passed.await(40, TimeUnit.SECONDS);
  }

  private void relay(int port) {
    try (Socket client = listening.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
      Thread back = Thread.ofVirtual().start(() -> pump(server, client));
      pump(client, server);
      back.join();
    } catch (IOException e) {
      // The end of the test, or of one of the two: both sockets are closed, which is the message.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pump(Socket from, Socket to) {
    StringBuilder seen = new StringBuilder();
    byte[] buffer = new byte[8192];
    try {
      for (int n = from.getInputStream().read(buffer);
          n >= 0;
          n = from.getInputStream().read(buffer)) {
        to.getOutputStream().write(buffer, 0, n);
        seen.append(new String(buffer, 0, n, ISO_8859_1));
        if (seen.indexOf(awaited) >= 0) {
          passed.countDown();
        }
      }
      to.shutdownOutput();
    } catch (IOException e) {
      try {
        to.close();
      } catch (IOException closing) {
        // It is closed.
      }
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
