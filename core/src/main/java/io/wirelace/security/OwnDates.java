package io.wirelace.security;

import io.wirelace.config.TlsSettings;
import io.wirelace.metrics.Event;
import io.wirelace.metrics.NetworkListener;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports certificates of this side that have ended, end soon, or are not valid yet: those that it
 * shows, and not only the first of each chain. As an event and in the log. Any thread.
 */
public final class OwnDates {
  private static final Logger LOG = LoggerFactory.getLogger(OwnDates.class);

  /** How long before its end a certificate is reported. */
  public static final Duration NOTICE = Duration.ofDays(30);

  /** How often it is reported. */
  public static final Duration INTERVAL = Duration.ofDays(1);

  /** Clients' settings that are remembered; of more, the one unused for longest is forgotten. */
  private static final int MOST_REMEMBERED = 64;

  private static final ReentrantLock LOCK = new ReentrantLock();

  // Guarded by LOCK.
  private static final Map<TlsSettings, Reported> REPORTED = new LinkedHashMap<>(16, 0.75f, true);

  /** What was reported last, and when. */
  private record Reported(FilesLook look, long atNs) {}

  private OwnDates() {}

  /** Now; a server does so when it has read its files, and daily. */
  public static void report(TlsMaterial material, String endpoint, NetworkListener listener) {
    Instant now = Instant.now();
    for (Credential credential : material.credentials()) {
      for (X509Certificate one : credential.chain()) {
        Instant from = one.getNotBefore().toInstant();
        Instant until = one.getNotAfter().toInstant();
        if (now.isBefore(from) || now.plus(NOTICE).isAfter(until)) {
          String subject = one.getSubjectX500Principal().getName();
          LOG.warn("our certificate of {} for {} {}", subject, endpoint, when(now, from, until));
          listener.onEvent(new Event.CertificateDue(endpoint, subject, from, until));
        }
      }
    }
  }

  private static String when(Instant now, Instant from, Instant until) {
    if (now.isBefore(from)) {
      return "is not valid before " + from;
    }
    return (now.isAfter(until) ? "ended on " : "ends on ") + until;
  }

  /**
   * When a client connects: at the first connect with these settings or these files, and then at
   * most daily.
   */
  public static void reportDaily(TlsMaterial material, String endpoint, NetworkListener listener) {
    if (!material.credentials().isEmpty() && isDue(material, System.nanoTime())) {
      report(material, endpoint, listener);
    }
  }

  static boolean isDue(TlsMaterial material, long nowNs) {
    LOCK.lock();
    try {
      @Nullable Reported last = REPORTED.get(material.settings());
      if (last != null
          && last.look.equals(material.look())
          && nowNs - last.atNs < INTERVAL.toNanos()) {
        return false;
      }
      REPORTED.put(material.settings(), new Reported(material.look(), nowNs));
      if (REPORTED.size() > MOST_REMEMBERED) {
        REPORTED.remove(REPORTED.keySet().iterator().next());
      }
      return true;
    } finally {
      LOCK.unlock();
    }
  }
}
