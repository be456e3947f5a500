package io.wirelace.transport.any;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.wirelace.Wirelace;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EndpointOptions;
import io.wirelace.transport.Link;
import io.wirelace.transport.StreamProtocol;
import io.wirelace.transport.TransportContext;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which options a shared port takes. */
class AnyOptionsTest {
  /** A protocol with an option of its own. */
  private static final class Gopher implements StreamProtocol {
    @Override
    public String name() {
      return "gopher";
    }

    @Override
    public List<String> alpn() {
      return List.of();
    }

    @Override
    public Claim claims(ByteBuf first) {
      return Claim.NO;
    }

    @Override
    public void readOptions(EndpointOptions options) {
      options.flag("burrow", false);
    }

    @Override
    public void start(Channel channel, Endpoint endpoint, Link link, TransportContext context) {
      throw new AssertionError("nobody asked for it");
    }
  }

  private static AnyOptions of(String query) {
    return AnyOptions.of(
        Endpoint.parse("any://127.0.0.1:0" + query), List.of(new NativeProtocol(), new Gopher()));
  }

  private static List<String> served(String query) {
    return of(query).served().stream().map(StreamProtocol::name).toList();
  }

  @Test
  void everyProtocolFoundIsServedUnlessItIsForbidden() {
    assertThat(served("")).containsExactly("native", "gopher");
    assertThat(served("?native=false")).containsExactly("gopher");
    assertThat(served("?gopher=false")).containsExactly("native");
    assertThat(of("").tls()).isEqualTo(AnyOptions.Tls.IF_CERTIFIED);
    assertThat(of("?tls=true").tls()).isEqualTo(AnyOptions.Tls.REQUIRED);
    assertThat(of("?plaintext=false").tls()).isEqualTo(AnyOptions.Tls.REQUIRED);
    assertThat(of("?tls=false").tls()).isEqualTo(AnyOptions.Tls.FORBIDDEN);
    assertThat(of("").plaintext()).isTrue();
    assertThat(of("?http=false").knowsHttp()).isFalse();
  }

  @Test
  void aProtocolsOptionsAreKnownWhileItIsServed() {
    assertThat(served("?burrow=true")).contains("gopher");
    assertThatThrownBy(() -> of("?burrow=true&gopher=false")).hasMessageContaining("burrow");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "?unknown=1",
        "?native=perhaps",
        "?native=false&gopher=false",
        "?tls=false&plaintext=false",
        "?http=true",
        "?sniff-timeout=0",
        "?sniff-timeout=-1s",
        "?max-undecided=0",
        "?nodelay=2",
        "?proxy-from=everywhere",
        "?proxy=required",
        "?proxy-from=::1&proxy=maybe",
        "?proxy-from=::1&proxy-timeout=0",
      })
  void whatCannotActIsRefused(String query) {
    assertThatThrownBy(() -> of(query)).hasMessageContaining("-664");
  }

  @Test
  void aPathIsForHttp() {
    assertThatThrownBy(() -> of("/lace")).hasMessageContaining("-664").hasMessageContaining("path");
    assertThat(served("/")).isNotEmpty();
  }

  @Test
  void connectingSaysWhatToSpeakInstead() {
    assertThatThrownBy(() -> Wirelace.connect("any://127.0.0.1:7420"))
        .hasMessageContaining("-614")
        .hasMessageContaining("tcp://127.0.0.1:7420")
        .hasMessageContaining("tls://127.0.0.1:7420");
  }
}
