package io.wirelace.tests.fuzz;

import io.wirelace.ClientBuilder;
import io.wirelace.HandlerBuilder;
import io.wirelace.ServerBuilder;
import io.wirelace.transport.VirtualThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * All that a seed decides about a round.
 *
 * @param server settings of the server's sessions
 * @param client settings of the clients'
 * @param compression what the clients ask for
 * @param ioThreads event loops of the server; 0 takes the default
 * @param throwing whether handlers throw now and then
 * @param slow whether handlers wait now and then
 * @param interrupting whether senders are interrupted now and then
 * @param traffic how long they send
 * @param followed whether each buffer is followed so that a lost one is found; it costs so much
 *     that threads meet less often, so some rounds go without
 * @param stopping whether the server is closed while they send
 * @param conversations one for each client
 */
record Plan(
    Sides server,
    Sides client,
    String compression,
    int ioThreads,
    boolean throwing,
    boolean slow,
    boolean interrupting,
    Duration traffic,
    boolean followed,
    boolean stopping,
    List<Talk> conversations) {

  /**
   * Who is cut off loses what is under way, and nobody can count it; a busy machine is no reason.
   */
  private static final Duration MOST_TO_CLOSE = Duration.ofSeconds(30);

  /** Settings of one side. */
  record Sides(
      String outboundBytes, String mailboxBytes, int maxInFlight, String carrier, long spinNs) {
    static Sides of(SplittableRandom random) {
      String carrier = pick(random, "auto", "auto", "pool", "loop");
      if (VirtualThreads.whyNotCarried().isPresent()) {
        carrier = "auto"; // the others do not start in such a JVM
      }
      return new Sides(
          pick(random, "16KiB", "64KiB", "1MiB", "1MiB"),
          pick(random, "32KiB", "1MiB", "1MiB"),
          random.nextInt(3) == 0 ? 16 : 1024,
          carrier,
          random.nextInt(3) == 0 ? 0 : 50_000);
    }

    <B extends HandlerBuilder<B>> B with(B builder) {
      return builder
          .set("outbound-bytes", outboundBytes)
          .set("mailbox-bytes", mailboxBytes)
          .set("handler-carrier", carrier)
          .set("close-timeout", MOST_TO_CLOSE)
          .maxInFlight(maxInFlight)
          .spinWait(Duration.ofNanos(spinNs));
    }
  }

  /**
   * One conversation.
   *
   * @param end how it ends
   * @param endAfter when, unless it is a quiet end
   * @param toServer the senders of the client
   * @param toClient the senders of the server
   */
  record Talk(End end, Duration endAfter, List<Temper> toServer, List<Temper> toClient) {}

  /** The plan of a seed. */
  static Plan of(SplittableRandom random) {
    boolean stopping = random.nextInt(6) == 0;
    Duration traffic = Duration.ofMillis(200 + random.nextInt(800));
    List<Talk> talks = new ArrayList<>();
    int count = 1 + (random.nextBoolean() ? 0 : random.nextInt(3));
    for (int i = 0; i < count; i++) {
      End end = stopping ? End.SERVER_STOPS : random.nextInt(3) == 0 ? End.QUIET : end(random);
      // Large messages beside one thread that writes its own is where turns are hardest to keep.
      boolean pair = random.nextInt(3) == 0;
      List<Temper> toServer =
          pair
              ? List.of(Temper.BULK, Temper.LONE_CALLER)
              : tempers(1 + random.nextInt(random.nextInt(4) == 0 ? 12 : 4), random);
      List<Temper> toClient = tempers(pair ? 0 : Math.max(0, random.nextInt(6) - 2), random);
      Duration endAfter = Duration.ofMillis(20 + random.nextInt((int) traffic.toMillis() - 20));
      talks.add(new Talk(end, endAfter, toServer, toClient));
    }
    return new Plan(
        Sides.of(random),
        Sides.of(random),
        pick(random, "none", "none", "lz4", "zstd"),
        random.nextInt(2),
        random.nextInt(3) == 0,
        random.nextInt(3) == 0,
        random.nextInt(4) == 0,
        traffic,
        random.nextInt(3) != 0,
        stopping,
        talks);
  }

  private static End end(SplittableRandom random) {
    End[] ends = {End.CLIENT_CLOSES, End.CLIENT_CUT, End.SERVER_CUT, End.SERVER_CLOSES_SESSION};
    return ends[random.nextInt(ends.length)];
  }

  private static List<Temper> tempers(int count, SplittableRandom random) {
    Temper[] all = Temper.values();
    List<Temper> tempers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tempers.add(all[random.nextInt(all.length)]);
    }
    return List.copyOf(tempers);
  }

  private static String pick(SplittableRandom random, String... of) {
    return of[random.nextInt(of.length)];
  }

  ServerBuilder with(ServerBuilder builder) {
    return server.with(builder).ioThreads(ioThreads).revealErrors(true);
  }

  ClientBuilder with(ClientBuilder builder) {
    return client.with(builder).compression(compression);
  }
}
