package io.wirelace.benchmarks.grpc;

import io.grpc.ManagedChannel;
import io.wirelace.benchmarks.contender.ClosedLoop;
import io.wirelace.benchmarks.contender.Driver;
import io.wirelace.benchmarks.contender.Flood;
import io.wirelace.benchmarks.contender.PortContender;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** gRPC with streams: a client stream for one-way messages, a bidirectional one for requests. */
public final class GrpcStream implements PortContender {
  /** Made by name. */
  public GrpcStream() {}

  @Override
  public int listen() throws IOException {
    return Service.serve();
  }

  @Override
  public Driver connect(int port) {
    return new StreamDriver(port);
  }

  private static final class StreamDriver implements Driver {
    private final int port;
    private final ManagedChannel connection;
    private final EchoStream calls;
    private final List<EchoStream> idle = new ArrayList<>();

    StreamDriver(int port) {
      this.port = port;
      this.connection = Service.connect(port);
      this.calls = new EchoStream(connection);
    }

    @Override
    public Count oneWay(Flood flood) throws Exception {
      CountStream stream = new CountStream(connection);
      long sent = flood.run(stream::send);
      return new Count(sent, stream.finish());
    }

    @Override
    public void requests(ClosedLoop loop, byte[] body) throws InterruptedException {
      ManagedChannel requesting = Service.connect(port);
      RequestStream.start(requesting, loop, body);
      loop.await();
      requesting.shutdownNow();
    }

    @Override
    public void call(byte[] body) throws InterruptedException {
      calls.call(body);
    }

    @Override
    public void openAnother(byte[] body) throws InterruptedException {
      EchoStream another = new EchoStream(Service.connect(port));
      idle.add(another);
      another.call(body);
    }
  }
}
