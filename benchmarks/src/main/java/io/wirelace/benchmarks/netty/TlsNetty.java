package io.wirelace.benchmarks.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.wirelace.benchmarks.contender.Contender;
import io.wirelace.benchmarks.contender.Driver;
import java.nio.file.Files;
import java.nio.file.Path;

/** Bare Netty over TLS with the provider that Wirelace takes; only for handshakes. */
public final class TlsNetty implements Contender {
  static final String HOST = "127.0.0.1";
  private static final char SEPARATOR = '@';

  /** Made by name. */
  public TlsNetty() {}

  static SslProvider provider() {
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
        new Sockets(Runtime.getRuntime().availableProcessors()) // as many loops as Wirelace has
            .listen(channel ->
                channel.pipeline().addLast(context.newHandler(channel.alloc()), new Echo()));
    return port + "@" + ca;
  }

  @Override
  public Driver drive(String address) throws Exception {
    int at = address.indexOf(SEPARATOR);
    int port = Integer.parseInt(address.substring(0, at));
    return new BareTlsClient(
        port, Path.of(address.substring(at + 1)), BareTlsClient.Exchange.PLAIN);
  }

  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ctx.writeAndFlush(message);
    }
  }
}
