package io.wirelace.wire;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.PeerText;
import io.wirelace.error.WirelaceException;

/**
 * The names that the protocol keeps for itself: routes and headers that begin with {@code $}. What
 * a user names is checked here; what a peer sends is not, since it may know names that we do not.
 */
final class OwnNames {
  private OwnNames() {}

  /**
   * Returns if a name is a user's to give.
   *
   * @param what a route or a header key, for the message
   * @throws WirelaceException -1 if it is not
   */
  static void refuse(String what, String name) {
    if (name.startsWith("$")) {
      throw new WirelaceException(
          ErrorCode.INVALID_ARGUMENT,
          what
              + " "
              + PeerText.escaped(name)
              + " (expected another first letter: names with $ are the protocol's own)");
    }
  }
}
