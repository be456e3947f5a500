package io.wirelace.cli;

/** Entry point of {@code lace}. */
public final class Main {

  private Main() {}

  /**
   * Runs a command and exits with its {@link ExitCode}.
   *
   * @param args as {@code lace --help} lists them
   */
  public static void main(String[] args) {
    Terminal terminal = Terminal.system();
    int status = Lace.run(terminal, args);
    terminal.flush();
    System.exit(status);
  }
}
