package io.wirelace.benchmarks.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.wirelace.benchmarks.contender.ClosedLoop;
import io.wirelace.benchmarks.contender.Contender;
import io.wirelace.benchmarks.contender.Driver;
import io.wirelace.benchmarks.contender.Flood;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Bare Netty over TLS with the provider that Wirelace takes; only for handshakes. */
public final class TlsNetty implements Contender {
  private static final String HOST = "127.0.0.1";
  private static final char SEPARATOR = '@';

  /** Made by name. */
  public TlsNetty() {}

  private static SslProvider provider() {
    return OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
  }

  @Override
  public String serve() throws Exception {
    X509Bundle certificate =
        new CertificateBuilder()
            .subject("CN=" + HOST)
            .addSanIpAddress(HOST)
            .ecp256()
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    Path ca = Files.createTempFile("netty-benchmark-", ".pem");
    Files.writeString(ca, certificate.getCertificatePathPEM());
    ca.toFile().deleteOnExit();
    SslContext context =
        SslContextBuilder.forServer(certificate.toKeyManagerFactory())
            .sslProvider(provider())
            .build();
    int port =
        new Sockets()
            .listen(channel ->
                channel.pipeline().addLast(context.newHandler(channel.alloc()), new Echo()));
    return port + "@" + ca;
  }

  @Override
  public Driver drive(String address) throws Exception {
    int at = address.indexOf(SEPARATOR);
    SslContext context =
        SslContextBuilder.forClient()
            .sslProvider(provider())
            .trustManager(Path.of(address.substring(at + 1)).toFile())
            .endpointIdentificationAlgorithm("HTTPS")
            .build();
    return new TlsDriver(context, Integer.parseInt(address.substring(0, at)));
  }

  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ctx.writeAndFlush(message);
    }
  }

  private static final class Whole extends SimpleChannelInboundHandler<ByteBuf> {
    private final CompletableFuture<Integer> whole = new CompletableFuture<>();
    private final byte[] body;
    private int received;

    Whole(byte[] body) {
      this.body = body;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      ctx.writeAndFlush(Unpooled.wrappedBuffer(body)); // goes when the handshake is done
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf part) {
      received += part.readableBytes();
      if (received >= body.length) {
        whole.complete(received);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      whole.completeExceptionally(cause);
    }
  }

  private static final class TlsDriver implements Driver {
    private static final int TIMEOUT_SECONDS = 10;

    private final Sockets sockets = new Sockets();
    private final SslContext context;
    private final int port;

    TlsDriver(SslContext context, int port) {
      this.context = context;
      this.port = port;
    }

    @Override
    public void connectOnce(byte[] body) throws Exception {
      Whole answer = new Whole(body);
      Channel channel =
          sockets.connect(
              port,
              fresh ->
                  fresh.pipeline().addLast(context.newHandler(fresh.alloc(), HOST, port), answer));
      try {
        if (answer.whole.get(TIMEOUT_SECONDS, TimeUnit.SECONDS) != body.length) {
          throw new IllegalStateException("the echo has another length");
        }
      } finally {
        channel.close().sync();
      }
    }

    private static UnsupportedOperationException onlyConnects() {
      return new UnsupportedOperationException("netty-tls only connects");
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
}
