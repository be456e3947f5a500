package io.wirelace.benchmarks.grpc;

import io.grpc.KnownLength;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.wirelace.benchmarks.contender.Bodies;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;

/**
 * The service: bodies are bytes without protobuf, calls run on the event loop (directExecutor), and
 * the flow control window is 1 MiB, because the default of 64 KiB holds a flood up.
 */
final class Service {
  private static final String HOST = "127.0.0.1";
  private static final int WINDOW_BYTES = 1024 * 1024; // 1 MiB

  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] body) {
          return new KnownBytes(body);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  /** One message there, one back. */
  static final MethodDescriptor<byte[], byte[]> ECHO = method("echo", MethodType.UNARY);

  /** Messages there, each of them back. */
  static final MethodDescriptor<byte[], byte[]> ECHOES =
      method("echoes", MethodType.BIDI_STREAMING);

  /** Messages there, their count back. */
  static final MethodDescriptor<byte[], byte[]> COUNT =
      method("count", MethodType.CLIENT_STREAMING);

  private static final class KnownBytes extends ByteArrayInputStream implements KnownLength {
    KnownBytes(byte[] body) {
      super(body);
    }
  }

  private Service() {}

  private static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
    return MethodDescriptor.<byte[], byte[]>newBuilder()
        .setType(type)
        .setFullMethodName("bench/" + name)
        .setRequestMarshaller(BYTES)
        .setResponseMarshaller(BYTES)
        .build();
  }

  static int serve() throws IOException {
    ServerServiceDefinition service =
        ServerServiceDefinition.builder("bench")
            .addMethod(
                ECHO,
                ServerCalls.asyncUnaryCall((body, answer) -> {
                  answer.onNext(body);
                  answer.onCompleted();
                }))
            .addMethod(ECHOES, ServerCalls.asyncBidiStreamingCall(Echoing::new))
            .addMethod(COUNT, ServerCalls.asyncClientStreamingCall(Counting::new))
            .build();
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(HOST, 0))
            .addService(service)
            .directExecutor()
            .flowControlWindow(WINDOW_BYTES)
            .build()
            .start();
    return server.getPort();
  }

  static ManagedChannel connect(int port) {
    return NettyChannelBuilder.forAddress(new InetSocketAddress(HOST, port))
        .usePlaintext()
        .directExecutor()
        .flowControlWindow(WINDOW_BYTES)
        .build();
  }

  private record Echoing(StreamObserver<byte[]> answers) implements StreamObserver<byte[]> {
    @Override
    public void onNext(byte[] body) {
      answers.onNext(body);
    }

    @Override
    public void onError(Throwable cause) {}

    @Override
    public void onCompleted() {
      answers.onCompleted();
    }
  }

  private static final class Counting implements StreamObserver<byte[]> {
    private final StreamObserver<byte[]> answer;
    private long received;
    private long heads;

    Counting(StreamObserver<byte[]> answer) {
      this.answer = answer;
    }

    @Override
    public void onNext(byte[] body) {
      heads ^= Bodies.head(body);
      received++;
    }

    @Override
    public void onError(Throwable cause) {}

    @Override
    public void onCompleted() {
      answer.onNext(Bodies.ofNumber(received));
      answer.onCompleted();
    }

    @Override
    public String toString() {
      return "Counting[" + received + " received, heads " + heads + "]";
    }
  }
}
