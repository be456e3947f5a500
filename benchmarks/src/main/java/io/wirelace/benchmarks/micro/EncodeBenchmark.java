package io.wirelace.benchmarks.micro;

import io.wirelace.wire.Frame;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import io.wirelace.wire.Headers;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Header and payload of one message, written into a chunk of 64 KiB after the other. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EncodeBenchmark {
  @Param({"64", "1024"})
  int bodyBytes;

  private final byte[] route = Frame.routeBytes(Reads.ROUTE);
  private final ByteBuffer chunk = ByteBuffer.allocateDirect(Reads.BYTES);
  private byte[] body;
  private int at;

  /** Makes the body. */
  @Setup
  public void prepare() {
    body = new byte[bodyBytes];
  }

  /** One message. */
  @Benchmark
  public int message() {
    int frameBytes =
        FrameEncoder.frameBytes(route, Headers.NONE, body.length, FrameHeader.MAX_LENGTH);
    if (at + frameBytes > Reads.BYTES) {
      at = 0;
    }
    FrameEncoder.header(chunk, at, Reads.ROUTED_NOTIFICATION, 0, frameBytes);
    FrameEncoder.payload(chunk, at, route, Headers.NONE, body);
    at += frameBytes;
    return at;
  }
}
