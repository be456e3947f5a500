package io.wirelace.quic;

import io.netty.handler.codec.quic.QuicSslContext;
import io.wirelace.config.TlsSettings;
import io.wirelace.error.WirelaceException;
import io.wirelace.metrics.Event;
import io.wirelace.metrics.NetworkListener;
import io.wirelace.security.FilesLook;
import io.wirelace.security.OwnDates;
import io.wirelace.security.TlsMaterial;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The TLS context of one set of files, exchanged for a new one when they change; connections that
 * are open keep what they have. Any thread.
 */
final class CurrentTls {
  /** Clients' settings that are remembered; of more, the one unused for longest is forgotten. */
  private static final int MOST_REMEMBERED = 64;

  private static final ReentrantLock CLIENTS_LOCK = new ReentrantLock();

  // Guarded by CLIENTS_LOCK. Shared, so that connections can resume each other's sessions.
  private static final Map<TlsSettings, CurrentTls> CLIENTS = new LinkedHashMap<>(16, 0.75f, true);

  private final Function<TlsMaterial, QuicSslContext> maker;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private TlsMaterial material;
  private FilesLook seen;
  private long lookedNs = System.nanoTime();

  private volatile QuicSslContext context;

  private CurrentTls(TlsMaterial material, Function<TlsMaterial, QuicSslContext> maker) {
    this.material = material;
    this.seen = FilesLook.of(material.settings());
    this.maker = maker;
    this.context = maker.apply(material);
  }

  /**
   * A server's.
   *
   * @throws WirelaceException -664 naming what cannot be used
   */
  static CurrentTls server(TlsSettings settings, String endpoint, NetworkListener listener) {
    CurrentTls made =
        new CurrentTls(
            TlsMaterial.load(QuicTls.check(settings)),
            material -> {
              material.requireServer();
              return QuicTls.server(material);
            });
    made.reportDates(endpoint, listener);
    return made;
  }

  /** Reports certificates in use that have ended, or end soon; for a timer. */
  void reportDates(String endpoint, NetworkListener listener) {
    OwnDates.report(material(), endpoint, listener);
  }

  private TlsMaterial material() {
    lock.lock();
    try {
      return material;
    } finally {
      lock.unlock();
    }
  }

  /**
   * That of all clients with the same settings. Looks for changed files, at most once in a {@code
   * reload-interval}.
   *
   * @throws WirelaceException -664 naming what cannot be used
   */
  static CurrentTls client(TlsSettings settings, String endpoint, NetworkListener listener) {
    CurrentTls client = current(settings, endpoint, listener);
    OwnDates.reportDaily(client.material(), endpoint, listener);
    return client;
  }

  private static CurrentTls current(
      TlsSettings settings, String endpoint, NetworkListener listener) {
    QuicTls.check(settings);
    if (settings.sessionCache() == 0) {
      return new CurrentTls(TlsMaterial.load(settings), QuicTls::client); // resumes nobody's
    }
    CurrentTls client;
    CLIENTS_LOCK.lock();
    try {
      client = CLIENTS.get(settings);
      if (client == null) {
        client = new CurrentTls(TlsMaterial.load(settings), QuicTls::client);
        CLIENTS.put(settings, client);
        if (CLIENTS.size() > MOST_REMEMBERED) {
          CLIENTS.remove(CLIENTS.keySet().iterator().next());
        }
        return client;
      }
    } finally {
      CLIENTS_LOCK.unlock();
    }
    client.refreshIfDue(endpoint, listener);
    return client;
  }

  /** The context as the files are now. */
  QuicSslContext context() {
    return context;
  }

  private void refreshIfDue(String endpoint, NetworkListener listener) {
    lock.lock();
    try {
      long intervalNs = material.settings().reloadInterval().toNanos();
      if (intervalNs == 0 || System.nanoTime() - lookedNs < intervalNs) {
        return;
      }
    } finally {
      lock.unlock();
    }
    refresh(endpoint, listener);
  }

  /**
   * Reads the files again if they have changed. What cannot be used is told once, and what was
   * there before stays. Blocks on the files.
   *
   * @return whether new files are in use
   */
  boolean refresh(String endpoint, NetworkListener listener) {
    lock.lock();
    try {
      lookedNs = System.nanoTime();
      FilesLook now = FilesLook.of(material.settings());
      if (now.equals(seen)) {
        return false;
      }
      seen = now; // good or not: nothing is told twice
      TlsMaterial fresh = TlsMaterial.load(material.settings());
      fresh.requireNotEnded();
      context = maker.apply(fresh);
      material = fresh;
      listener.onEvent(new Event.CertificatesReloaded(endpoint, subject(fresh)));
      return true;
    } catch (WirelaceException e) {
      listener.onEvent(new Event.CertificatesRejected(endpoint, e.fault()));
      return false;
    } finally {
      lock.unlock();
    }
  }

  private static String subject(TlsMaterial material) {
    return material.credentials().isEmpty()
        ? ""
        : material.credentialFor(null).chain().getFirst().getSubjectX500Principal().getName();
  }
}
