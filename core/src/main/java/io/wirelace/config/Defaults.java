package io.wirelace.config;

/** Where things are unless told otherwise. */
public final class Defaults {
  /** The host: loopback, so that nothing is exposed by accident. */
  public static final String HOST = "127.0.0.1";

  /** The port. */
  public static final int PORT = 7420;

  private Defaults() {}
}
