package io.wirelace.cli;

import java.util.Objects;

/** Entry point of {@code lace}. */
public final class Main {

  private Main() {}

  /**
   * Prints the version, whatever is asked.
   *
   * @param args not read yet
   */
  public static void main(String[] args) {
    String version = Main.class.getPackage().getImplementationVersion();
    System.out.println("lace " + Objects.requireNonNullElse(version, "(not from a jar)"));
  }
}
