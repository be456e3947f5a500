package io.wirelace.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import io.wirelace.security.TlsFaults;

/**
 * Stands on TLS: {@link EndOfStream} is close_notify and then FIN. A FIN that comes without
 * close_notify may be an attacker's (RFC 8446 6.1), so it does not count as the peer's end but as a
 * broken connection. What TLS fails with becomes a -607. Event loop only.
 */
final class TlsEnds extends ChannelDuplexHandler {
  private final SslHandler ssl;
  private boolean peerEnded;
  private boolean failed;
  private boolean mayHaveEnded;
  private boolean told;

  TlsEnds(SslHandler ssl) {
    this.ssl = ssl;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message != EndOfStream.INSTANCE) {
      ctx.write(message, promise);
      return;
    }
    told = true;
    ctx.flush(); // what waits is lost once TLS has ended its direction
    // Below TLS, which takes only bytes.
    ssl.closeOutbound()
        .addListener(sent -> {
          ChannelHandlerContext below = ctx.pipeline().context(ssl);
          if (below == null) {
            promise.trySuccess();
          } else if (peerEnded) {
            // Both have ended: there is no half of the socket to wait for.
            below.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> below.close(promise));
          } else {
            below.writeAndFlush(EndOfStream.INSTANCE, promise);
          }
        });
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslCloseCompletionEvent closed) {
      mayHaveEnded = closed.isSuccess();
      checkPeerEnded(ctx);
    } else if (event == EndOfStream.INSTANCE) {
      checkPeerEnded(ctx);
      if (!peerEnded) {
        peerEnded = true;
        ctx.fireExceptionCaught(
            new WirelaceException(
                ErrorCode.CONNECTION_CLOSED,
                "the connection ended without TLS's close_notify: it may have been cut off"));
      }
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.fireChannelReadComplete();
    checkPeerEnded(ctx);
  }

  /**
   * Asks the engine itself. Netty's event comes once, and for BoringSSL with the first record after
   * our own close_notify, whatever is in it: who closed then would reset what the peer has not
   * read.
   */
  private void checkPeerEnded(ChannelHandlerContext ctx) {
    if (mayHaveEnded && !peerEnded && ssl.engine().isInboundDone()) {
      peerEnded = true;
      if (!told && ssl.engine().isOutboundDone()) {
        ctx.fireUserEventTriggered(EndOfOutput.INSTANCE);
      }
      ctx.fireUserEventTriggered(EndOfStream.INSTANCE);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!TlsFaults.isTls(cause)) {
      ctx.fireExceptionCaught(cause);
    } else if (!failed) { // what is left of the records is tried again as the channel closes
      failed = true;
      ctx.fireExceptionCaught(inWords(cause));
    }
  }

  private static Throwable inWords(Throwable cause) {
    try {
      return TlsFaults.of(cause).toException();
    } catch (OutOfMemoryError e) {
      return cause; // what handles exceptions must not fail
    }
  }
}
