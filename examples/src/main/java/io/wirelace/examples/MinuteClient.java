package io.wirelace.examples;

// snippet: client
import static java.nio.charset.StandardCharsets.UTF_8;

import io.wirelace.Client;
import io.wirelace.Wirelace;

/** A client that asks twice. */
public final class MinuteClient {
  private MinuteClient() {}

  /** Connects; without an argument to tcp://localhost:7420. */
  public static void main(String[] args) {
    try (Client client = Wirelace.connect(args.length > 0 ? args[0] : "tcp://localhost:7420")) {
      byte[] answer = client.request("echo", "hello".getBytes(UTF_8));
      System.out.println(new String(answer, UTF_8));
      System.out.println(new String(client.request("time", new byte[0]), UTF_8));
    }
  }
}
// end
