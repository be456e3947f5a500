package io.wirelace.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** None of the addresses of a host could be connected to; the cause is what the first has said. */
final class AddressesFailedException extends IOException {
  private static final long serialVersionUID = 1L;
  private static final int MOST_TOLD = 8;

  private AddressesFailedException(String message, Throwable first) {
    super(message, first);
  }

  /** Gathers what each has said. Event loop only. */
  static final class Builder {
    private final List<String> told = new ArrayList<>();
    private final List<Throwable> causes = new ArrayList<>();

    void add(InetSocketAddress address, Throwable cause) {
      causes.add(cause);
      if (told.size() < MOST_TOLD) {
        told.add(address.getAddress().getHostAddress() + ": " + ConnectFaults.reason(cause));
      }
    }

    /** What has become of all; of a single one, what that has said. */
    Throwable build() {
      if (causes.size() == 1) {
        return causes.getFirst();
      }
      int more = causes.size() - told.size();
      return new AddressesFailedException(
          "none of its "
              + causes.size()
              + " addresses could be reached ("
              + String.join("; ", told)
              + (more > 0 ? "; and " + more + " more" : "")
              + ")",
          causes.getFirst());
    }
  }
}
