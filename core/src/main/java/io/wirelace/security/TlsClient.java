package io.wirelace.security;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import io.wirelace.config.TlsSettings;
import io.wirelace.error.WirelaceException;
import io.wirelace.metrics.Event;
import io.wirelace.metrics.NetworkListener;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client's side of TLS for all connections with the same settings, so that they can resume each
 * other's sessions and read their files once. Any thread.
 */
public final class TlsClient {
  private static final Logger LOG = LoggerFactory.getLogger(TlsClient.class);

  /** Different settings that are remembered; of more, the ones unused for longest are forgotten. */
  private static final int MOST_REMEMBERED = 64;

  private static final ReentrantLock LOCK = new ReentrantLock();

  // Guarded by LOCK.
  private static final Map<Key, TlsClient> REMEMBERED = new LinkedHashMap<>(16, 0.75f, true);

  private record Key(TlsSettings settings, List<String> alpn) {}

  private final TlsSettings settings;
  private final List<String> alpn;
  private final TlsProvider.Choice choice;

  // Guarded by LOCK.
  private TlsMaterial material;
  private SslContext context;
  private FilesLook seen;
  private long lookedNs;

  private TlsClient(Key key) {
    settings = key.settings;
    alpn = key.alpn;
    material = TlsMaterial.load(settings);
    choice = TlsProvider.choose(settings, material);
    seen = material.look();
    lookedNs = System.nanoTime();
    context = SslContexts.client(settings, material, choice.provider(), alpn);
    if (!settings.verifyHost()) {
      LOG.warn("verify-host=false: this client takes any host with a certificate of a known CA");
    }
  }

  /**
   * An engine for one connection; whoever takes it releases it, as Netty's SslHandler does. Reads
   * files at the first connection with these settings, and when they have changed.
   *
   * @param alpn the application protocols that are offered, the preferred first; empty for none
   * @param host whom it connects to; what is verified, unless {@code server-name} says another
   * @param listener hears of changed files
   * @throws WirelaceException -664 naming what cannot be used
   */
  public static SSLEngine newEngine(
      TlsSettings settings,
      List<String> alpn,
      Target host,
      ByteBufAllocator allocator,
      NetworkListener listener) {
    LOCK.lock();
    try {
      Key key = new Key(settings, List.copyOf(alpn));
      if (settings.sessionCache() == 0) {
        // A context of its own remembers no session that could be resumed.
        TlsClient single = new TlsClient(key);
        try {
          OwnDates.reportDaily(single.material, host.toString(), listener);
          return single.engine(host, allocator);
        } finally {
          ReferenceCountUtil.release(single.context);
        }
      }
      TlsClient client = REMEMBERED.get(key);
      if (client == null) {
        client = new TlsClient(key);
        REMEMBERED.put(key, client);
        forgetOldest();
      } else {
        client.refresh(host, listener);
      }
      OwnDates.reportDaily(client.material, host.toString(), listener);
      return client.engine(host, allocator);
    } finally {
      LOCK.unlock();
    }
  }

  /** Whom a client connects to. */
  public record Target(String host, int port) {
    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  /** Who does the work for these settings, and why. */
  public static TlsProvider.Choice provider(TlsSettings settings) {
    return TlsProvider.choose(settings);
  }

  private static void forgetOldest() {
    if (REMEMBERED.size() > MOST_REMEMBERED) {
      Key oldest = REMEMBERED.keySet().iterator().next();
      TlsClient forgotten = REMEMBERED.remove(oldest);
      if (forgotten != null) {
        ReferenceCountUtil.release(forgotten.context);
      }
    }
  }

  private SSLEngine engine(Target host, ByteBufAllocator allocator) {
    String name = settings.serverName().isEmpty() ? host.host : settings.serverName();
    return context.newEngine(allocator, Credential.withoutDot(name), host.port);
  }

  private void refresh(Target host, NetworkListener listener) {
    long now = System.nanoTime();
    long interval = settings.reloadInterval().toNanos();
    if (interval == 0 || now - lookedNs < interval) {
      return;
    }
    lookedNs = now;
    FilesLook look = FilesLook.of(settings);
    if (look.equals(seen)) {
      return;
    }
    seen = look;
    String endpoint = host.toString();
    try {
      TlsMaterial fresh = TlsMaterial.load(settings);
      fresh.requireNotEnded();
      TlsProvider.Choice chosen = TlsProvider.choose(settings, fresh);
      SslContext made = SslContexts.client(settings, fresh, chosen.provider(), alpn);
      ReferenceCountUtil.release(context); // engines hold it as long as they need it
      context = made;
      material = fresh;
      listener.onEvent(new Event.CertificatesReloaded(endpoint, subject()));
    } catch (WirelaceException e) {
      listener.onEvent(new Event.CertificatesRejected(endpoint, e.fault()));
    }
  }

  private String subject() {
    return material.credentials().isEmpty()
        ? ""
        : material.credentialFor(null).chain().getFirst().getSubjectX500Principal().getName();
  }
}
