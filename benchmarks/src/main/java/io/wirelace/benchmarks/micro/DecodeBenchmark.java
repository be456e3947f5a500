package io.wirelace.benchmarks.micro;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import io.wirelace.error.Fault;
import io.wirelace.wire.Frame;
import io.wirelace.wire.FrameDecoder;
import io.wirelace.wire.FrameSink;
import io.wirelace.wire.MalformedFrameException;
import io.wirelace.wire.Role;
import io.wirelace.wire.WireLimits;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** All frames of a read of 64 KiB found and located, in place; figures are for one frame. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DecodeBenchmark {
  private final Located located = new Located();
  private final FrameDecoder decoder = new FrameDecoder(Role.SERVER, WireLimits.DEFAULT, located);
  private final ChannelHandlerContext ctx =
      new EmbeddedChannel(decoder).pipeline().context(decoder);
  private final ByteBuf of64 = Reads.of(64);
  private final ByteBuf of1024 = Reads.of(1024);

  private static final class Located implements FrameSink {
    private long bodyBytes;

    @Override
    public void onFrame(Frame frame) {
      try {
        frame.locate();
      } catch (MalformedFrameException e) {
        throw new IllegalStateException(e);
      }
      bodyBytes += frame.bodyLength();
    }

    @Override
    public void onBatchEnd(int frames, int bytes) {}

    @Override
    public void onViolation(Fault fault) {
      throw new IllegalStateException(fault.message());
    }
  }

  /** A frame with a body of 64 bytes. */
  @Benchmark
  @OperationsPerInvocation(Reads.FRAMES_OF_64)
  public long body64() {
    decoder.channelRead(ctx, Reads.again(of64));
    return located.bodyBytes;
  }

  /** A frame with a body of 1 KiB. */
  @Benchmark
  @OperationsPerInvocation(Reads.FRAMES_OF_1024)
  public long body1024() {
    decoder.channelRead(ctx, Reads.again(of1024));
    return located.bodyBytes;
  }

  /** Gives the buffers back. */
  @TearDown
  public void release() {
    of64.release();
    of1024.release();
  }
}
