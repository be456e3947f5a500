package io.wirelace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.wirelace.config.TlsSettings;
import io.wirelace.error.WirelaceException;
import io.wirelace.transport.EndOfStream;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EndpointOptions;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.IoBackend;
import io.wirelace.transport.Link;
import io.wirelace.transport.StreamProtocol.Claim;
import io.wirelace.transport.TransportContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** HTTP's part of a shared port, without a socket. */
class HttpProtocolTest {
  private final HttpProtocol http = new HttpProtocol();
  private final List<Link> started = new ArrayList<>();
  private final EventLoops loops = new EventLoops(IoBackend.NIO, 1, "none");
  private final TransportContext context =
      new TransportContext(loops, this::started, TlsSettings.DEFAULT, event -> {});

  private void started(Channel channel, Link link) {
    started.add(link);
  }

  @AfterEach
  void stop() {
    loops.close();
  }

  private Claim claim(String first) {
    return http.claims(Unpooled.copiedBuffer(first, StandardCharsets.ISO_8859_1));
  }

  @Test
  void itClaimsMethodsAndNothingElse() {
    assertThat(claim("GET / HTTP/1.1")).isEqualTo(Claim.YES);
    assertThat(claim("PRI * HTTP/2.0")).isEqualTo(Claim.YES);
    assertThat(claim("PROPFIND ")).isEqualTo(Claim.YES);
    assertThat(claim("G")).isEqualTo(Claim.MORE);
    assertThat(claim("PROXY")).isEqualTo(Claim.MORE);
    for (String not : new String[] {"\0\0\0\r", "\u0016\u0003", "get /", " GET", "G1", "\r\n"}) {
      assertThat(claim(not)).as(not).isEqualTo(Claim.NO);
    }
    assertThat(claim("A".repeat(30))).isEqualTo(Claim.NO);
    assertThat(http.name()).isEqualTo("http");
    assertThat(http.alpn()).containsExactly("http/1.1");
  }

  @Test
  void itReadsItsOptions() {
    EndpointOptions good =
        new EndpointOptions(Endpoint.parse("any://x?origins=*&deflate=true&max-head=4KiB"));
    http.readOptions(good);
    good.done();
    assertThatThrownBy(
            () -> http.readOptions(new EndpointOptions(Endpoint.parse("any://x?max-head=1"))))
        .isInstanceOf(WirelaceException.class);
  }

  private String answer(String transport, String request) {
    EmbeddedChannel channel = new EmbeddedChannel();
    Link link = Link.of(channel, transport);
    http.start(channel, Endpoint.parse("any://127.0.0.1:7420"), link, context);
    channel.writeInbound(Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII));
    StringBuilder text = new StringBuilder();
    boolean ended = false;
    for (Object out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      if (out instanceof ByteBuf bytes) {
        text.append(bytes.toString(StandardCharsets.UTF_8));
        bytes.release();
      }
      ended |= out == EndOfStream.INSTANCE;
    }
    assertThat(ended).isEqualTo(started.isEmpty());
    channel.finishAndReleaseAll();
    return text.toString();
  }

  @Test
  void aBrowserGetsAPageThatLoadsNothing() {
    String page = answer("tcp", "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assertThat(page)
        .startsWith("HTTP/1.1 200 OK\r\n")
        .contains("Content-Type: text/html; charset=utf-8\r\n")
        .contains("Content-Security-Policy: default-src 'none'; style-src 'sha256-")
        .contains("X-Content-Type-Options: nosniff\r\n", "X-Frame-Options: DENY\r\n")
        .contains("Referrer-Policy: no-referrer\r\n", "Connection: close\r\n")
        .contains("This is a Wirelace server", "/lace", "lace.json")
        .doesNotContain("@PATH@", "@STYLE@", "src=", "href=");
    int body = page.indexOf("\r\n\r\n") + 4;
    assertThat(page)
        .contains(
            "Content-Length: "
                + page.substring(body).getBytes(StandardCharsets.UTF_8).length
                + "\r\n");
  }

  @Test
  void headGetsTheSameWithoutTheBody() {
    String head = answer("tcp", "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    assertThat(head).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\n");
    assertThat(head).containsPattern("Content-Length: [1-9]\\d{3}\r\n");
  }

  @Test
  void otherPathsAndMethodsAreRefused() {
    assertThat(answer("tcp", "GET /x HTTP/1.1\r\nHost: x\r\n\r\n")).startsWith("HTTP/1.1 404 ");
    assertThat(answer("tcp", "POST / HTTP/1.1\r\nHost: x\r\n\r\n"))
        .startsWith("HTTP/1.1 405 ")
        .contains("Allow: GET, HEAD\r\n");
    assertThat(answer("tcp", "GET /lace HTTP/1.1\r\nHost: x\r\n\r\n"))
        .startsWith("HTTP/1.1 426 ")
        .contains("Sec-WebSocket-Version: 13\r\n");
    assertThat(answer("tcp", "PRI * HTTP/2.0\r\n\r\n")).startsWith("HTTP/1.1 505 ");
    assertThat(started).isEmpty();
  }

  @Test
  void anUpgradeBecomesASession() {
    String request =
        RawWebSocket.request("GET /lace HTTP/1.1", "Host: x", "Sec-WebSocket-Protocol: lace.v1");
    assertThat(answer("tcp", request)).startsWith("HTTP/1.1 101 ");
    assertThat(started).extracting(Link::transport).containsExactly("ws");
    assertThat(answer("tls", request)).startsWith("HTTP/1.1 101 ");
    assertThat(started).extracting(Link::transport).containsExactly("ws", "wss");
  }

  @Test
  void whatTwoReadersCouldUnderstandInTwoWaysIsRefused() {
    for (String bad :
        new String[] {
          "GET / HTTP/1.1\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\tb: folded\r\n\r\n",
          "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n",
          "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
          "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n",
          "G[T / HTTP/1.1\r\nHost: a\r\n\r\n",
        }) {
      assertThat(answer("tcp", bad)).as(bad).startsWith("HTTP/1.1 400 ");
    }
    for (String coding : new String[] {"gzip", "chunked, chunked", "identity", ""}) {
      assertThat(
              answer(
                  "tcp", "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: " + coding + "\r\n\r\n"))
          .as(coding)
          .startsWith("HTTP/1.1 501 ");
    }
    assertThat(answer("tcp", "GET / HTTP/1.x\r\nHost: a\r\n\r\n")).startsWith("HTTP/1.1 505 ");
  }

  @Test
  void honestRequestsGetThePage() {
    for (String good :
        new String[] {
          "GET / HTTP/1.0\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: [::1]:7420\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: \r\n\r\n",
          "GET http://a:1/?q HTTP/1.1\r\nHost: b\r\n\r\n",
          "GET http://a HTTP/1.1\r\nHost: b\r\n\r\n",
        }) {
      assertThat(answer("tcp", good)).as(good).startsWith("HTTP/1.1 200 ");
    }
  }
}
