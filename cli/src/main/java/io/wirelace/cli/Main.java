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
    int status;
    try {
      status = Lace.run(terminal, Arguments.recovered(args));
    } catch (CommandFailed e) {
      status = Lace.failed(terminal, e).status();
    }
    System.exit(Lace.finish(terminal, status));
  }
}
