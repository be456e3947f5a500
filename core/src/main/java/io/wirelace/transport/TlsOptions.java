package io.wirelace.transport;

import io.wirelace.config.RecordSettings;
import io.wirelace.config.TlsSettings;

/** The settings of TLS as an endpoint has them: its own options over those it is given. */
public final class TlsOptions {
  private TlsOptions() {}

  /**
   * Reads all of them, so that {@link EndpointOptions#done} knows them.
   *
   * @param otherwise holds where the endpoint says nothing
   * @throws io.wirelace.error.WirelaceException if one is out of range
   */
  public static TlsSettings of(EndpointOptions options, TlsSettings otherwise) {
    TlsSettings settings = otherwise;
    for (String name : RecordSettings.names(TlsSettings.class)) {
      String given = options.given(name);
      if (given != null) {
        settings = settings.with(name, given);
      }
    }
    return settings;
  }
}
