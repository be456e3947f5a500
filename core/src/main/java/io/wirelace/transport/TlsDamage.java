package io.wirelace.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * Hands records up to TLS and makes it report at once one that cannot be decrypted. For such a
 * record Netty's BoringSSL engine writes its alert, returns as if nothing were wrong, and throws
 * only at the next record. A peer that sends no further one would keep a connection that is dead.
 *
 * <p>The alert shows as something that is written within the read, so only after a read with a
 * write, be it an answer, the engine is asked whether it has failed. Event loop only.
 */
final class TlsDamage {
  /** Any record will do: an engine that has failed repeats its error and looks at none. */
  private static final byte[] ANY_RECORD = {23, 3, 3, 0, 1, 0};

  /** Set after the handshake, and only for an engine that is late to tell. */
  private @Nullable ReferenceCountedOpenSslEngine engine;

  private boolean wrote;

  /** The handshake is done; before that the engine reports at once. */
  void shaken(SSLEngine shaken) {
    if (shaken instanceof ReferenceCountedOpenSslEngine boringSsl) {
      engine = boringSsl;
    }
  }

  /** Something passed on its way down. */
  void wrote() {
    wrote = true;
  }

  /** Hands up whole records. */
  void read(ChannelHandlerContext ctx, ByteBuf records) {
    wrote = false;
    ctx.fireChannelRead(records);
    if (wrote && hasFailed()) {
      engine = null;
      ctx.fireChannelRead(Unpooled.wrappedBuffer(ANY_RECORD));
    }
  }

  /** BoringSSL notes a failed read as the end of this direction; close_notify ends it in Netty. */
  private boolean hasFailed() {
    ReferenceCountedOpenSslEngine boringSsl = engine;
    if (boringSsl == null || boringSsl.isInboundDone()) {
      return false;
    }
    long ssl = boringSsl.sslPointer(); // 0 once it is destroyed
    return ssl != 0 && (SSL.getShutdown(ssl) & SSL.SSL_RECEIVED_SHUTDOWN) != 0;
  }
}
