package io.wirelace.tests.contract;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** An HTTP proxy that can CONNECT and nothing else, with a few kilobytes of buffer a direction. */
final class HttpProxy implements AutoCloseable {
  private static final int MOST_HEAD_BYTES = 4096;

  private final ServerSocket listener;
  private final Queue<String> asked = new ConcurrentLinkedQueue<>();

  HttpProxy() throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  String address() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  /** The targets it was asked for. */
  Queue<String> asked() {
    return asked;
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> serve(client));
      }
    } catch (IOException e) {
      // Closed: the test is over.
    }
  }

  private void serve(Socket client) {
    try (client) {
      String target = readTarget(client.getInputStream());
      asked.add(target);
      int colon = target.lastIndexOf(':');
      try (Socket server =
          new Socket(
              InetAddress.getLoopbackAddress(), Integer.parseInt(target.substring(colon + 1)))) {
        client.getOutputStream().write("HTTP/1.1 200 Go on\r\nX: y\r\n\r\n".getBytes(US_ASCII));
        Thread back = Thread.ofVirtual().start(() -> copy(server, client));
        copy(client, server);
        back.join();
      } catch (IOException e) {
        client.getOutputStream().write("HTTP/1.1 502 Nobody there\r\n\r\n".getBytes(US_ASCII));
      }
    } catch (IOException e) {
      // The client is gone.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Byte by byte, so that nothing behind the head is taken. */
  private static String readTarget(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0 || head.length() > MOST_HEAD_BYTES) {
        throw new IOException("no request: " + head);
      }
      head.append((char) next);
    }
    String line = new BufferedReader(new StringReader(head.toString())).readLine();
    if (!line.startsWith("CONNECT ") || !line.endsWith(" HTTP/1.1")) {
      throw new IOException(line);
    }
    return line.split(" ", -1)[1];
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException e) {
      reset(from);
      reset(to);
    }
  }

  private static void reset(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
