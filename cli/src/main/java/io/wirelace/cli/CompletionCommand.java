package io.wirelace.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code lace completion}: what a shell needs to complete command lines of lace. */
@Command(
    name = "completion",
    description = "Print a completion script for a shell.",
    footer = {"", "bash: source <(lace completion bash)", "zsh:  source <(lace completion zsh)"})
final class CompletionCommand implements Callable<Integer> {
  private final Terminal terminal;

  /** The shells it knows. */
  enum Shell {
    /** The script works there as it is. */
    BASH,
    /** Runs the script of bash, after loading what that needs. */
    ZSH
  }

  @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
  private String shell;

  CompletionCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    Shell wanted;
    try {
      wanted = Shell.valueOf(shell.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new CommandFailed(ExitCode.USAGE, "shell " + shell + " (expected bash or zsh)");
    }
    if (wanted == Shell.ZSH) {
      terminal.out().println("autoload -U +X compinit && compinit");
    }
    terminal.out().print(AutoComplete.bash("lace", Lace.commandLine(terminal, null)));
    return ExitCode.OK.status();
  }
}
