package io.wirelace.benchmarks.scale;

import java.io.IOException;
import java.time.Duration;

/**
 * Opens connections, leaves them idle, then has each send a request a second.
 *
 * @param connections how many
 * @param times how long
 * @param seed of the schedule of the requests
 */
record ConnectionsRun(int connections, Times times, long seed) {
  private static final String USUAL_HEARTBEAT = "15s";

  /** Opened before and closed, so that classes are loaded and pools are made. */
  private static final int WARM_UP_ROUNDS = 3;

  Numbers run() throws IOException, InterruptedException {
    try (Rig rig = new Rig(connections, USUAL_HEARTBEAT)) {
      warmUp(rig);
      Numbers before = rig.serverMemory();
      Numbers clientBefore = rig.clients("memory");
      KernelMemory kernelBefore = KernelMemory.now();
      long filesBefore = rig.serverFiles();

      Numbers numbers = open(rig);
      pause(times.settle());
      numbers.putAll("fresh_", memory(rig, before));
      numbers.put(
          "client_heap",
          (rig.clients("memory").get("heap") - clientBefore.get("heap")) / connections);
      numbers.putAll("", KernelMemory.now().since(kernelBefore, connections));
      numbers.put("files", (double) (rig.serverFiles() - filesBefore) / connections);

      numbers.putAll("idle_", idle(rig));
      numbers.putAll("idle_", memory(rig, before));

      numbers.putAll("busy_", busy(rig));
      numbers.putAll("busy_", memory(rig, before));
      requireAll(rig);
      rig.requireSilence();
      return numbers;
    }
  }

  /** Only opens them and looks at the processor while they are idle. */
  Numbers idleAlone(int heartbeatS) throws IOException, InterruptedException {
    try (Rig rig = new Rig(connections, heartbeatS + "s")) {
      warmUp(rig);
      open(rig);
      pause(times.settle());
      Numbers numbers = new Numbers().putAll("idle_", idle(rig));
      requireAll(rig);
      rig.requireSilence();
      return numbers;
    }
  }

  private void warmUp(Rig rig) throws IOException, InterruptedException {
    for (int i = 0; i < WARM_UP_ROUNDS; i++) {
      rig.clients("open 500");
      rig.clients("touch");
      rig.clients("close");
    }
    rig.server("settle");
  }

  private Numbers open(Rig rig) throws IOException, InterruptedException {
    Costs before = rig.costs();
    Numbers opened = rig.open();
    Numbers used = rig.costs().since(before);
    double seconds = opened.get("seconds");
    requireAll(rig);
    rig.clients("touch");
    return new Numbers()
        .put("accept_rate", connections / seconds)
        .put("accept_server_us", used.get("server_cores") * seconds * 1e6 / connections)
        .putAll("accept_", used);
  }

  private void requireAll(Rig rig) throws IOException, InterruptedException {
    double sessions = rig.server("sessions").get("sessions");
    if (sessions != connections) {
      throw new IOException("the server counts " + sessions + " sessions, not " + connections);
    }
  }

  private Numbers memory(Rig rig, Numbers before) throws IOException, InterruptedException {
    Numbers now = rig.serverMemory();
    Numbers each = new Numbers();
    now.map().forEach((name, value) -> each.put(name, (value - before.get(name)) / connections));
    return each;
  }

  private Numbers idle(Rig rig) throws IOException, InterruptedException {
    Costs before = rig.costs();
    pause(times.idle());
    return rig.costs().since(before);
  }

  private Numbers busy(Rig rig) throws IOException, InterruptedException {
    double eachProcess = (double) connections / rig.processes();
    String load = "open-loop " + eachProcess + " ";
    rig.clients(load + times.warmUp() + " " + seed);
    Costs before = rig.costs();
    Numbers loaded = rig.clients(load + 2 * times.measured() + " " + (seed + 1));
    Numbers used = rig.costs().since(before);
    return loaded
        .putAll("", used)
        .put("server_us", 1e6 * used.get("server_cores") / loaded.get("rate"));
  }

  private static void pause(double seconds) throws InterruptedException {
    Thread.sleep(Duration.ofMillis(Math.round(1000 * seconds)));
  }
}
