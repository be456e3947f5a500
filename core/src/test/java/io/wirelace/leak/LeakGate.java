package io.wirelace.leak;

import java.util.List;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Opens with the run and records leaks; when the run is over, any leak fails it. */
public final class LeakGate implements LauncherSessionListener {
  /** Made by ServiceLoader. */
  public LeakGate() {}

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    Leaks.record();
  }

  @Override
  public void launcherSessionClosed(LauncherSession session) {
    List<String> leaks = Leaks.find();
    if (!leaks.isEmpty()) {
      throw new IllegalStateException(
          leaks.size() + " buffers were lost:\n" + String.join("\n", leaks));
    }
  }
}
