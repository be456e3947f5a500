package io.wirelace.benchmarks.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.wirelace.benchmarks.contender.ClosedLoop;
import io.wirelace.benchmarks.contender.Driver;
import io.wirelace.benchmarks.contender.Flood;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLException;

/**
 * Connects by TLS, asks one question and closes, as barely as it can be done: the same client for
 * whatever server, so that only servers are compared.
 */
public final class BareTlsClient implements Driver {
  private static final int TIMEOUT_SECONDS = 10;

  private final Sockets sockets = new Sockets();
  private final SslContext context;
  private final int port;
  private final Exchange exchange;

  /**
   * What a server is asked.
   *
   * @param question the bytes for a body
   * @param moreBytes how many more than the body its answer has
   */
  public record Exchange(UnaryOperator<byte[]> question, int moreBytes) {
    static final Exchange PLAIN = new Exchange(body -> body, 0);
  }

  /** For a server at a port of loopback that shows a certificate of that authority. */
  public BareTlsClient(int port, Path authority, Exchange exchange) throws SSLException {
    this.context =
        SslContextBuilder.forClient()
            .sslProvider(TlsNetty.provider())
            .trustManager(authority.toFile())
            .endpointIdentificationAlgorithm("HTTPS")
            .build();
    this.port = port;
    this.exchange = exchange;
  }

  private static final class Whole extends SimpleChannelInboundHandler<ByteBuf> {
    private final CompletableFuture<Integer> whole = new CompletableFuture<>();
    private final byte[] question;
    private final int answerBytes;
    private int received;

    Whole(byte[] question, int answerBytes) {
      this.question = question;
      this.answerBytes = answerBytes;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      ctx.writeAndFlush(Unpooled.wrappedBuffer(question)); // goes when the handshake is done
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf part) {
      received += part.readableBytes();
      if (received >= answerBytes) {
        whole.complete(received);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      whole.completeExceptionally(cause);
    }
  }

  @Override
  public void connectOnce(byte[] body) throws Exception {
    int answerBytes = body.length + exchange.moreBytes();
    Whole answer = new Whole(exchange.question().apply(body), answerBytes);
    Channel channel =
        sockets.connect(
            port,
            fresh ->
                fresh
                    .pipeline()
                    .addLast(context.newHandler(fresh.alloc(), TlsNetty.HOST, port), answer));
    try {
      if (answer.whole.get(TIMEOUT_SECONDS, TimeUnit.SECONDS) != answerBytes) {
        throw new IllegalStateException("the answer has another length");
      }
    } finally {
      channel.close().sync();
    }
  }

  private static UnsupportedOperationException onlyConnects() {
    return new UnsupportedOperationException("a bare TLS client only connects");
  }

  @Override
  public Count oneWay(Flood flood) {
    throw onlyConnects();
  }

  @Override
  public void requests(ClosedLoop loop, byte[] body) {
    throw onlyConnects();
  }

  @Override
  public void call(byte[] body) {
    throw onlyConnects();
  }

  @Override
  public void openAnother(byte[] body) {
    throw onlyConnects();
  }
}
