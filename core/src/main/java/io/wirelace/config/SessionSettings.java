package io.wirelace.config;

import java.time.Duration;
import java.util.Objects;

/**
 * The bounds and times of every session, and where its handlers run. Times of zero switch a rule
 * off.
 *
 * @param maxFrameBytes the greatest frame taken, 9 to 16,777,215 bytes
 * @param maxHeaders the most headers of one message
 * @param maxInflationRatio how many times its size a compressed body may inflate to, from 64 KiB on
 * @param maxInFlight requests of one peer that handlers may have at once; more wait or are refused
 * @param outboundBytes bytes that may wait to be sent to one peer before {@code send} waits
 * @param outboundMessages messages that may wait likewise
 * @param mailboxBytes bytes of one session's messages that may wait for handlers
 * @param mailboxMessages messages that may wait likewise
 * @param memoryBudget bytes that all sessions of the process may hold together before those of this
 *     side are slowed down, and the largest ended; 0 for a quarter of the memory there is
 * @param requestTimeout how long a request waits for its answer unless told otherwise
 * @param sendTimeout how long {@code send} waits for room
 * @param readTimeout how long a peer may be silent in the middle of a frame, and take for all of it
 * @param idleTimeout how long a peer that did not greet may send nothing at all
 * @param heartbeatInterval how long a greeted session is quiet before a heartbeat asks for a sign
 *     of life; after three without an answer the session ends
 * @param closeTimeout how long closing waits for what was accepted, and for the peer's end
 * @param spinWait how long the thread of a lone {@code request} may stay awake for its answer, and
 *     an event loop for what comes next before it sleeps, at most 1 ms; it does so only while
 *     answers come in that time
 * @param handlerCarrier which thread carries the virtual threads of ordered handlers
 */
public record SessionSettings(
    int maxFrameBytes,
    int maxHeaders,
    int maxInflationRatio,
    int maxInFlight,
    long outboundBytes,
    long outboundMessages,
    long mailboxBytes,
    long mailboxMessages,
    long memoryBudget,
    Duration requestTimeout,
    Duration sendTimeout,
    Duration readTimeout,
    Duration idleTimeout,
    Duration heartbeatInterval,
    Duration closeTimeout,
    Duration spinWait,
    HandlerCarrier handlerCarrier) {

  private static final Duration LONGEST_SPIN_WAIT = Duration.ofMillis(1);

  /** What holds unless told otherwise. */
  public static final SessionSettings DEFAULT =
      new SessionSettings(
          0x00FF_FFFF,
          64,
          1000,
          1024,
          1024 * 1024, // 1 MiB
          65_536,
          1024 * 1024, // 1 MiB
          65_536,
          0,
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofSeconds(10),
          Duration.ofMinutes(10),
          Duration.ofSeconds(15),
          Duration.ofSeconds(5),
          Duration.ofNanos(50_000), // 50 µs
          HandlerCarrier.POOL);

  /** Checks every range. */
  public SessionSettings {
    Ranges.check("max-frame-bytes", maxFrameBytes, 9, 0x00FF_FFFF);
    Ranges.check("max-headers", maxHeaders, 0, 0xFFFF);
    Ranges.check("max-inflation-ratio", maxInflationRatio, 1, 0x00FF_FFFF);
    Ranges.check("max-in-flight", maxInFlight, 1, 1 << 20);
    Ranges.check("outbound-bytes", outboundBytes, 1024, 1L << 40);
    Ranges.check("outbound-messages", outboundMessages, 1, 1L << 40);
    Ranges.check("mailbox-bytes", mailboxBytes, 1024, 1L << 40);
    Ranges.check("mailbox-messages", mailboxMessages, 1, 1L << 40);
    Ranges.check("memory-budget", memoryBudget, 0, 1L << 50);
    Ranges.positive("request-timeout", requestTimeout);
    Ranges.positive("send-timeout", sendTimeout);
    Ranges.notNegative("read-timeout", readTimeout);
    Ranges.notNegative("idle-timeout", idleTimeout);
    Ranges.notNegative("heartbeat-interval", heartbeatInterval);
    Ranges.positive("close-timeout", closeTimeout);
    if (spinWait.isNegative() || spinWait.compareTo(LONGEST_SPIN_WAIT) > 0) {
      throw Values.invalid("spin-wait", spinWait, "0 for never, or at most 1ms");
    }
    Objects.requireNonNull(handlerCarrier, "handlerCarrier");
  }
}
