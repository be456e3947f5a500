package io.wirelace.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TransportsTest {
  @Test
  void aSchemeOfOursThatIsMissingNamesItsModuleAndTheMergeOfServices() {
    assertThat(Transports.missing("ws")).contains("wirelace-http", "META-INF/services");
    assertThat(Transports.missing("quic")).contains("wirelace-quic");
  }

  @Test
  void aSchemeOfNobodyIsOnlyUnknown() {
    assertThatThrownBy(() -> Transports.of(Endpoint.parse("foo://127.0.0.1:1")))
        .hasMessageContaining("no transport for foo:// (expected one of ");
  }
}
