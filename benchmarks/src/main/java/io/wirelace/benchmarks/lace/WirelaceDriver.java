package io.wirelace.benchmarks.lace;

import io.wirelace.Client;
import io.wirelace.ClientBuilder;
import io.wirelace.Wirelace;
import io.wirelace.benchmarks.contender.Bodies;
import io.wirelace.benchmarks.contender.ClosedLoop;
import io.wirelace.benchmarks.contender.Driver;
import io.wirelace.benchmarks.contender.Flood;
import io.wirelace.dispatch.RunMode;
import java.util.ArrayList;
import java.util.List;

/** The client's side: {@code send}, {@code requestAsync} chained in callbacks, {@code request}. */
final class WirelaceDriver implements Driver {
  private static final byte[] QUESTION = Bodies.of(Bodies.HOW_MANY, Bodies.LEAST_BYTES);

  private final String uri;
  private final String compression;
  private final Client client;
  private final List<Client> idle = new ArrayList<>();

  WirelaceDriver(String uri) {
    this(uri, "none");
  }

  WirelaceDriver(String uri, String compression) {
    this.uri = uri;
    this.compression = compression;
    client = builder().connect(uri);
  }

  private ClientBuilder builder() {
    return Wirelace.client().ioThreads(1).compression(compression);
  }

  @Override
  public Count oneWay(Flood flood) throws Exception {
    long sent = flood.run(body -> client.send(CountingServer.SINK, body));
    long received = Bodies.head(client.request(CountingServer.COUNT, QUESTION));
    return new Count(sent, received);
  }

  @Override
  public void requests(ClosedLoop loop, byte[] body) throws Exception {
    // Started on the event loop, where the answers come, so that one thread does it all.
    try (Client requesting =
        builder()
            .receive(
                CountingServer.GO,
                RunMode.INLINE,
                (session, message) -> {
                  for (int i = 0; i < loop.depth(); i++) {
                    new Turn(session, loop, body).send(System.nanoTime());
                  }
                })
            .connect(uri)) {
      requesting.send(CountingServer.START, QUESTION);
      loop.await();
    }
  }

  @Override
  public void call(byte[] body) {
    if (client.request(CountingServer.ECHO, body).length != body.length) {
      throw new IllegalStateException("the echo has another length");
    }
  }

  @Override
  public void connectOnce(byte[] body) {
    try (Client once = builder().connect(uri)) {
      if (once.request(CountingServer.ECHO, body).length != body.length) {
        throw new IllegalStateException("the echo has another length");
      }
    }
  }

  @Override
  public void openAnother(byte[] body) {
    Client another = builder().connect(uri);
    idle.add(another);
    if (another.request(CountingServer.ECHO, body).length != body.length) {
      throw new IllegalStateException("the echo has another length");
    }
  }
}
