package io.wirelace.security;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import io.wirelace.config.TlsSettings;
import io.wirelace.error.WirelaceException;
import io.wirelace.metrics.Event;
import io.wirelace.metrics.NetworkListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of TLS for one endpoint: its certificates as they are now, exchanged for new
 * ones when their files change. Any thread.
 */
public final class TlsServer implements AutoCloseable {
  private final TlsSettings settings;
  private final String endpoint;
  private final List<String> alpn;
  private final NetworkListener listener;
  private volatile TlsProvider.Choice choice;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private TlsMaterial material;
  private List<SslContext> contexts;
  private boolean closed;

  /** What was read last, good or not: nothing is told twice. */
  private volatile FilesLook seen;

  private TlsServer(
      TlsSettings settings, String endpoint, List<String> alpn, NetworkListener listener) {
    this.settings = settings;
    this.endpoint = endpoint;
    this.alpn = List.copyOf(alpn);
    this.listener = listener;
    this.material = TlsMaterial.load(settings);
    this.choice = TlsProvider.choose(settings, material);
    this.seen = material.look();
    material.requireServer();
    this.contexts = contexts(material, choice);
    OwnDates.report(material, endpoint, listener);
  }

  /**
   * Reads certificates and keys.
   *
   * @param endpoint what events call it
   * @param alpn the application protocols that are offered, the preferred first; empty for none
   * @param listener hears of changes
   * @throws WirelaceException -664 naming what cannot be used
   */
  public static TlsServer open(
      TlsSettings settings, String endpoint, List<String> alpn, NetworkListener listener) {
    return new TlsServer(settings, endpoint, alpn, listener);
  }

  private List<SslContext> contexts(TlsMaterial from, TlsProvider.Choice chosen) {
    List<SslContext> made = new ArrayList<>();
    try {
      for (Credential credential : from.credentials()) {
        made.add(SslContexts.server(settings, from, credential, chosen.provider(), alpn));
      }
      return made;
    } catch (RuntimeException e) {
      made.forEach(ReferenceCountUtil::release);
      throw e;
    }
  }

  /** Who does the work, and why. */
  public TlsProvider.Choice provider() {
    return choice;
  }

  /** Its settings. */
  public TlsSettings settings() {
    return settings;
  }

  /** What the files held when they were last good. */
  public TlsMaterial material() {
    lock.lock();
    try {
      return material;
    } finally {
      lock.unlock();
    }
  }

  /** Whether the name that a client asks for decides over the certificate. */
  public boolean choosesByName() {
    return TlsSettings.list(settings.cert()).size() > 1;
  }

  /**
   * An engine for one connection; whoever takes it releases it, as Netty's SslHandler does.
   *
   * @param serverName the name that the client asks for, if that is known
   */
  public SSLEngine newEngine(ByteBufAllocator allocator, @Nullable String serverName) {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("closed: " + endpoint);
      }
      Credential credential = material.credentialFor(serverName);
      SslContext context = contexts.get(material.credentials().indexOf(credential));
      return SslContexts.withTickets(settings, context.newEngine(allocator));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Reads the files again if they have changed. Connections that are open are not touched; what
   * cannot be used is told, and what was there before stays. Blocks on the files.
   */
  public void refresh() {
    FilesLook now = FilesLook.of(settings);
    if (now.equals(seen)) {
      return;
    }
    seen = now;
    try {
      TlsMaterial fresh = TlsMaterial.load(settings);
      fresh.requireServer();
      fresh.requireNotEnded();
      TlsProvider.Choice chosen = TlsProvider.choose(settings, fresh);
      exchange(fresh, contexts(fresh, chosen));
      choice = chosen;
      OwnDates.report(fresh, endpoint, listener);
      listener.onEvent(
          new Event.CertificatesReloaded(
              endpoint,
              fresh.credentialFor(null).chain().getFirst().getSubjectX500Principal().getName()));
    } catch (WirelaceException e) {
      listener.onEvent(new Event.CertificatesRejected(endpoint, e.fault()));
    }
  }

  /** Reports certificates in use that have ended, or end soon; for a timer. */
  public void reportDates() {
    OwnDates.report(material(), endpoint, listener);
  }

  private void exchange(TlsMaterial fresh, List<SslContext> freshContexts) {
    lock.lock();
    try {
      // Engines hold their context: it goes when the last of them has gone.
      (closed ? freshContexts : contexts).forEach(ReferenceCountUtil::release);
      if (!closed) {
        contexts = freshContexts;
        material = fresh;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Makes no more engines. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        contexts.forEach(ReferenceCountUtil::release);
        contexts = List.of();
      }
    } finally {
      lock.unlock();
    }
  }
}
