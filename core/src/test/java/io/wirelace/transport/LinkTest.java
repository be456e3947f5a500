package io.wirelace.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.local.LocalAddress;
import io.netty.channel.unix.DomainSocketAddress;
import io.wirelace.wire.FrameHeader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LinkTest {
  private static boolean isWithinMachine(SocketAddress peer) {
    return new Link("tcp", peer, peer, Optional.empty(), FrameHeader.MAX_LENGTH).isWithinMachine();
  }

  private static InetSocketAddress inet(int... address) throws UnknownHostException {
    byte[] bytes = new byte[address.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) address[i];
    }
    return new InetSocketAddress(InetAddress.getByAddress(bytes), 7000);
  }

  @Test
  void loopbackFilesAndMemoryAreWithinTheMachine() throws Exception {
    assertThat(isWithinMachine(inet(127, 0, 0, 1))).isTrue();
    assertThat(isWithinMachine(inet(127, 8, 8, 8))).isTrue();
    assertThat(isWithinMachine(inet(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1))).isTrue();
    assertThat(isWithinMachine(new DomainSocketAddress("lace.sock"))).isTrue();
    assertThat(isWithinMachine(new LocalAddress("memory"))).isTrue();
  }

  @Test
  void networksAndWhatIsNotKnownAreNot() throws Exception {
    assertThat(isWithinMachine(inet(192, 168, 1, 4))).isFalse();
    assertThat(isWithinMachine(inet(10, 0, 0, 1))).isFalse();
    assertThat(isWithinMachine(InetSocketAddress.createUnresolved("host", 7000))).isFalse();
  }
}
