package io.wirelace.http;

import io.wirelace.http.websocket.Deflate;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was agreed of permessage-deflate (RFC 7692, section 7): never with context takeover, which
 * both sides may ask the other to do without.
 *
 * @param answer the server's field
 * @param agreed what both do then
 */
record ExtensionOffer(String answer, Deflate agreed) {
  static final String NAME = "permessage-deflate";

  /** What our client offers. */
  static final String OURS =
      NAME + "; client_no_context_takeover; server_no_context_takeover; client_max_window_bits";

  private static final String NO_TAKEOVERS =
      NAME + "; server_no_context_takeover; client_no_context_takeover";

  /** The first offer of a client that can be taken, null if there is none. */
  static @Nullable ExtensionOffer choose(String offers) {
    for (String offer : offers.split(",", -1)) {
      Parameters parameters = Parameters.parse(offer, true);
      if (parameters != null) {
        int window = parameters.serverWindowBits;
        return new ExtensionOffer(
            NO_TAKEOVERS
                + (parameters.given.contains("server_max_window_bits")
                    ? "; server_max_window_bits=" + window
                    : ""),
            new Deflate(window));
      }
    }
    return null;
  }

  /**
   * What a server agreed to.
   *
   * @return null if it is nothing that was offered
   */
  static @Nullable Deflate agreed(String answer) {
    Parameters parameters = Parameters.parse(answer, false);
    // Without its promise the server might refer to earlier messages, which nobody keeps here.
    return parameters == null || !parameters.serverWithoutTakeover
        ? null
        : new Deflate(parameters.clientWindowBits);
  }

  /** One offer or answer, taken apart. */
  private static final class Parameters {
    private int serverWindowBits = Deflate.WINDOW_BITS;
    private int clientWindowBits = Deflate.WINDOW_BITS;
    private boolean serverWithoutTakeover;
    private final Set<String> given = new HashSet<>();

    static @Nullable Parameters parse(String text, boolean offer) {
      String[] parts = text.split(";", -1);
      if (!parts[0].trim().toLowerCase(Locale.ROOT).equals(NAME)) {
        return null;
      }
      Parameters parameters = new Parameters();
      for (int i = 1; i < parts.length; i++) {
        int equals = parts[i].indexOf('=');
        String name = (equals < 0 ? parts[i] : parts[i].substring(0, equals)).trim();
        String value = equals < 0 ? "" : parts[i].substring(equals + 1).trim();
        if (!parameters.take(name, value, offer)) {
          return null;
        }
      }
      return parameters;
    }

    /** Takes one parameter; false if it is unknown, repeated or has a value it may not have. */
    private boolean take(String name, String value, boolean offer) {
      boolean first = given.add(name);
      return first
          && switch (name) {
            case "server_no_context_takeover" -> {
              serverWithoutTakeover = true;
              yield value.isEmpty();
            }
            case "client_no_context_takeover" -> value.isEmpty();
            case "server_max_window_bits" -> {
              serverWindowBits = bits(value);
              yield serverWindowBits > 0;
            }
            case "client_max_window_bits" -> {
              clientWindowBits = value.isEmpty() && offer ? Deflate.WINDOW_BITS : bits(value);
              yield clientWindowBits > 0;
            }
            default -> false;
          };
    }

    /** 8 to 15, or -1; a value may be quoted. */
    private static int bits(String value) {
      return switch (value.replace("\"", "")) {
        case "8" -> 8;
        case "9" -> 9;
        case "10" -> 10;
        case "11" -> 11;
        case "12" -> 12;
        case "13" -> 13;
        case "14" -> 14;
        case "15" -> 15;
        default -> -1;
      };
    }
  }
}
