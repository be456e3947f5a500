package io.wirelace.cli;

import java.util.Locale;

/**
 * A line that tells a waiting person how far the work is, four times a second; nothing at all where
 * standard error is not a terminal. Used by one thread.
 */
final class Progress implements AutoCloseable {
  private static final long INTERVAL_NS = 250_000_000;
  private static final int BAR_CELLS = 30;
  private static final String ERASE_LINE = "\r\u001b[K";

  private final Terminal terminal;
  private final String what;
  private long lastNs = System.nanoTime();
  private boolean shown;

  Progress(Terminal terminal, String what) {
    this.terminal = terminal;
    this.what = what;
  }

  /** A bar: so many are done of so many. */
  void part(long done, long all) {
    if (due()) {
      int cells = (int) (BAR_CELLS * done / Math.max(1, all));
      show(
          String.format(
              Locale.ROOT,
              "[%s%s] %3d %%  %,d of %,d",
              "#".repeat(cells),
              ".".repeat(BAR_CELLS - cells),
              100 * done / Math.max(1, all),
              done,
              all));
    }
  }

  /** A line in words. */
  void say(String text) {
    if (due()) {
      show(text);
    }
  }

  private boolean due() {
    long now = System.nanoTime();
    if (!terminal.errIsTerminal() || now - lastNs < INTERVAL_NS) {
      return false;
    }
    lastNs = now;
    return true;
  }

  private void show(String text) {
    terminal.err().print(ERASE_LINE + what + " " + text);
    terminal.err().flush();
    shown = true;
  }

  /** Takes the line away. */
  @Override
  public void close() {
    if (shown) {
      terminal.err().print(ERASE_LINE);
      terminal.err().flush();
      shown = false;
    }
  }
}
