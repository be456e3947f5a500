package io.wirelace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.wirelace.http.websocket.Deflate;
import org.junit.jupiter.api.Test;

class ExtensionOfferTest {
  private static final String ANSWER =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

  private static void agreed(String offer, String answer, int window) {
    assertThat(ExtensionOffer.choose(offer))
        .isEqualTo(new ExtensionOffer(answer, new Deflate(window)));
  }

  @Test
  void theFirstOfferThatCanBeTakenIs() {
    agreed("permessage-deflate", ANSWER, 15);
    agreed("permessage-deflate; client_max_window_bits", ANSWER, 15);
    agreed("permessage-deflate; client_max_window_bits=10", ANSWER, 15);
    agreed("x-webkit, permessage-deflate; wrong, Permessage-Deflate", ANSWER, 15);
    agreed(
        "permessage-deflate; server_max_window_bits=9", ANSWER + "; server_max_window_bits=9", 9);
    agreed(
        "permessage-deflate; server_max_window_bits=\"10\"",
        ANSWER + "; server_max_window_bits=10",
        10);
  }

  @Test
  void offersThatAreWrongAreLeft() {
    for (String offer :
        new String[] {
          "",
          "permessage-bzip2",
          "permessage-deflate; server_max_window_bits",
          "permessage-deflate; server_max_window_bits=7",
          "permessage-deflate; server_max_window_bits=16",
          "permessage-deflate; server_max_window_bits=08",
          "permessage-deflate; client_max_window_bits=99",
          "permessage-deflate; server_no_context_takeover=1",
          "permessage-deflate; server_no_context_takeover; server_no_context_takeover"
        }) {
      assertThat(ExtensionOffer.choose(offer)).as(offer).isNull();
    }
  }

  @Test
  void aServersAnswerMustKeepWhatWasAskedFor() {
    assertThat(ExtensionOffer.agreed(ANSWER)).isEqualTo(new Deflate(15));
    assertThat(ExtensionOffer.agreed("permessage-deflate; server_no_context_takeover"))
        .isEqualTo(new Deflate(15));
    assertThat(ExtensionOffer.agreed("permessage-deflate")).isNull();
    assertThat(ExtensionOffer.agreed(ANSWER + "; client_max_window_bits=9"))
        .isEqualTo(new Deflate(9));
    assertThat(ExtensionOffer.agreed(ANSWER + "; client_max_window_bits")).isNull();
    assertThat(ExtensionOffer.agreed(ANSWER + ", " + ANSWER)).isNull();
  }
}
