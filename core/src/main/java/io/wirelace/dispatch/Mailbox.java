package io.wirelace.dispatch;

import io.netty.buffer.ByteBuf;
import io.wirelace.config.SessionSettings;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Drop;
import io.wirelace.metrics.LineThrottle;
import io.wirelace.metrics.Trace;
import io.wirelace.session.InboundRequest;
import io.wirelace.session.Message;
import io.wirelace.session.MessageSink;
import io.wirelace.session.Session;
import io.wirelace.transport.VirtualThreads;
import io.wirelace.wire.CompressedBody;
import io.wirelace.wire.Frame;
import io.wirelace.wire.Headers;
import io.wirelace.wire.MalformedFrameException;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The messages of one session on their way to handlers. The event loop gathers what arrives side by
 * side into a {@link Batch} and hands that over once; a virtual thread, started when the mailbox is
 * no longer empty and ended when it is, parses and handles the messages one after the other. So the
 * hand-over is paid a batch, not a message, and a session at rest holds no thread.
 *
 * <p>Bounded in messages and bytes: at the bound reading pauses, within the read if need be, and
 * goes on at half of it.
 */
final class Mailbox implements MessageSink.Inbox {
  private static final LineThrottle FAILURES =
      new LineThrottle(LoggerFactory.getLogger(Mailbox.class)::error);

  /** After so many messages other virtual threads get the carrier. */
  private static final int MESSAGES_A_TURN = 4096;

  /** On the event loop, after so many it is looked how long they took. */
  private static final int MESSAGES_A_LOOK = 64;

  private final Dispatcher dispatcher;
  private final Routes routes;
  private final Session session;
  private final MessageSink.Flow flow;
  private final @Nullable LoopCarrier carrier;
  private final Executor threads;
  private final long maxMessages;
  private final long maxBytes;

  // Event loop only.
  private @Nullable Batch filling;
  private Batch last = new Batch(null, 0);
  private @Nullable Route likelyOnLoop;
  private @Nullable Message lent;

  // Virtual thread only; one at a time, ordered by batches.
  private Batch done = last;
  private @Nullable Route likely;

  // Both.
  private final AtomicInteger batches = new AtomicInteger();
  private final AtomicLong messages = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicBoolean paused = new AtomicBoolean();

  /** For one session; on its event loop. */
  Mailbox(Dispatcher dispatcher, Session session, MessageSink.Flow flow) {
    this(dispatcher, session, flow, VirtualThreads::start);
  }

  /** Likewise; handlers that may block are called in tasks of {@code threads}. */
  Mailbox(Dispatcher dispatcher, Session session, MessageSink.Flow flow, Executor threads) {
    this.threads = threads;
    this.dispatcher = dispatcher;
    this.routes = dispatcher.routes();
    this.session = session;
    this.flow = flow;
    SessionSettings settings = dispatcher.settings();
    this.carrier = dispatcher.carrier(flow);
    this.maxMessages = settings.mailboxMessages();
    this.maxBytes = settings.mailboxBytes();
  }

  // ---- event loop ----

  @Override
  public boolean onMessage(Frame arrived, @Nullable InboundRequest request) {
    if (!routes.allOrdered()) {
      try {
        if (request == null) {
          arrived.locate();
        }
        Route route = routes.find(arrived, likelyOnLoop);
        if (route != null && route.mode() != RunMode.ORDERED) {
          likelyOnLoop = route;
          return handleUnordered(route, arrived, request);
        }
      } catch (MalformedFrameException e) {
        reject(request, e);
        return true;
      }
    }
    enqueue(arrived, request);
    return false;
  }

  private boolean handleUnordered(Route route, Frame arrived, @Nullable InboundRequest request)
      throws MalformedFrameException {
    Headers headers = request != null ? request.headers() : arrived.headers(dispatcher.limits());
    if (arrived.compressed()) {
      return handleCompressed(route, headers, arrived, request);
    }
    if (route.mode() == RunMode.INLINE) {
      return lend(route, headers, arrived, request);
    }
    Message message = Message.of(route.name(), headers, arrived.body(dispatcher.limits()));
    int size = arrived.totalBytes();
    accepted(1, size);
    startOne(size, () -> dispatcher.call(route, session, message, request));
    return false;
  }

  private boolean handleCompressed(
      Route route, Headers headers, Frame arrived, @Nullable InboundRequest request)
      throws MalformedFrameException {
    boolean inline = route.mode() == RunMode.INLINE;
    if (inline && arrived.inflatedBytes() <= CompressedBody.QUICK_BYTES) {
      // Inflated here and not when the handler asks, so that damage is told from a failing
      // handler.
      byte[] body = arrived.body(dispatcher.limits());
      return dispatcher.callNow(route, session, Message.of(route.name(), headers, body), request);
    }
    CompressedBody body = arrived.compressedBody(dispatcher.limits());
    int size = arrived.totalBytes() + body.inflatedBytes();
    accepted(1, size);
    if (inline) {
      flow.hold(); // nothing overtakes it
      threads.execute(() -> {
        try {
          Message message = inflate(route, headers, body, request);
          onLoop(() -> handleHeld(route, message, request, size));
        } catch (Throwable e) {
          flow.cannotGoOn(e); // nobody will say that reading may go on
        }
      });
    } else {
      startOne(
          size,
          () -> {
            Message message = inflate(route, headers, body, request);
            if (message != null) {
              dispatcher.call(route, session, message, request);
            }
          });
    }
    return false;
  }

  /** The message of a body that takes a while to inflate; null if its sender has been told why. */
  private @Nullable Message inflate(
      Route route, Headers headers, CompressedBody body, @Nullable InboundRequest request) {
    try {
      return Message.of(route.name(), headers, body.inflate());
    } catch (MalformedFrameException e) {
      reject(request, e);
    } catch (Throwable e) {
      broken(request, e);
    }
    return null;
  }

  /** Back on the event loop: what reading was held for. */
  private void handleHeld(
      Route route, @Nullable Message message, @Nullable InboundRequest request, int size) {
    try {
      if (message != null) {
        dispatcher.callNow(route, session, message, request);
      }
    } catch (Throwable e) {
      flow.cannotGoOn(e);
    } finally {
      flow.release();
      handled(1, size);
    }
  }

  private void onLoop(Runnable task) {
    try {
      flow.loop().execute(task);
    } catch (RejectedExecutionException e) {
      task.run(); // the loop has ended: the message is handled, although no answer will arrive
    }
  }

  private void startOne(int size, Runnable task) {
    threads.execute(() -> {
      try {
        task.run();
      } catch (Throwable e) {
        flow.cannotGoOn(e);
      } finally {
        handled(1, size);
      }
    });
  }

  private boolean lend(
      Route route, Headers headers, Frame arrived, @Nullable InboundRequest request) {
    Message message = lent;
    if (message == null) {
      message = Message.lendable();
      lent = message;
    }
    message.lend(route.name(), headers, arrived, dispatcher.limits());
    try {
      return dispatcher.callNow(route, session, message, request);
    } finally {
      message.takeBack();
    }
  }

  private void enqueue(Frame arrived, @Nullable InboundRequest request) {
    ByteBuf buffer = arrived.owner();
    int at = arrived.ownerStart();
    Batch batch = filling;
    if (batch == null || !batch.add(buffer, at, arrived.totalBytes(), request)) {
      publish();
      batch = new Batch(buffer, at);
      filling = batch;
      batch.add(buffer, at, arrived.totalBytes(), request);
    }
    if (arrived.compressed()) {
      batch.willInflate(inflatedBytes(arrived));
    }
    if (messages.get() + batch.messages() >= maxMessages
        || bytes.get() + batch.heldBytes() >= maxBytes) {
      publish();
    }
  }

  /** Judged when it arrived; it may have waited since, and is not located then. */
  private static int inflatedBytes(Frame arrived) {
    try {
      arrived.locate();
      return arrived.inflatedBytes();
    } catch (MalformedFrameException e) {
      return 0; // its handler is told
    }
  }

  @Override
  public void onBatchEnd() {
    publish();
  }

  private void publish() {
    Batch batch = filling;
    if (batch == null) {
      return;
    }
    filling = null;
    try {
      batch.seal();
    } catch (Throwable e) {
      batch.release();
      throw e;
    }
    last.next = batch;
    last = batch;
    accepted(batch.messages(), batch.heldBytes());
    if (batches.getAndIncrement() == 0) {
      startHandling();
    }
  }

  private void startHandling() {
    LoopCarrier loop = carrier;
    try {
      if (loop == null || !loop.start(this::handleCarried)) {
        threads.execute(this::handleInTurn);
      }
    } catch (Throwable e) {
      flow.cannotGoOn(e); // nobody handles what waits
    }
  }

  private void accepted(int count, long size) {
    long waiting = messages.addAndGet(count);
    long held = bytes.addAndGet(size);
    if ((waiting >= maxMessages || held >= maxBytes) && paused.compareAndSet(false, true)) {
      flow.pause();
    }
  }

  @Override
  public boolean isEmpty() {
    return messages.get() == 0 && filling == null;
  }

  @Override
  public long waitingMessages() {
    return messages.get();
  }

  @Override
  public long waitingBytes() {
    return bytes.get();
  }

  @Override
  public void onSessionEnd() {
    publish(); // what was accepted is handled, although no answer will arrive
    LoopCarrier loop = carrier;
    if (loop != null) {
      loop.close();
    }
  }

  // ---- virtual thread ----

  private void handleCarried() {
    LoopCarrier loop = Objects.requireNonNull(carrier);
    Runnable continuation = loop.continuation();
    try {
      handleInTurn();
    } finally {
      loop.ended(continuation);
    }
  }

  private void handleInTurn() {
    try {
      handleAll();
    } catch (Throwable e) {
      flow.cannotGoOn(e); // no other thread takes over
    }
  }

  /** Handles what waits and what comes meanwhile. */
  @SuppressWarnings("ThreadPriorityCheck") // virtual threads are not time-sliced: be fair
  private void handleAll() {
    LoopCarrier loop = carrier;
    long sinceNs = loop == null ? 0 : flow.isOnLoop() ? loop.beganNs() : dispatcher.nowNs();
    long writtenNs = loop == null ? 0 : flow.writtenNs();
    int sinceYield = 0;
    while (true) {
      Batch batch = done.next;
      if (batch == null) {
        throw new IllegalStateException("a counted batch is missing");
      }
      done = batch;
      handleOrEnd(batch);
      batch.release();
      boolean carried = loop != null && flow.isOnLoop();
      if (loop != null && !carried) {
        long nowNs = dispatcher.nowNs();
        long nowWrittenNs = flow.writtenNs(); // on the loop no handler would write
        loop.tookInPool(Math.max(0, nowNs - sinceNs - (nowWrittenNs - writtenNs)));
        sinceNs = nowNs;
        writtenNs = nowWrittenNs;
      }
      sinceYield += batch.messages();
      handled(batch.messages(), batch.heldBytes());
      if (batches.decrementAndGet() == 0 || handBack(carried)) {
        return;
      }
      if (sinceYield > MESSAGES_A_TURN) {
        sinceYield = 0;
        Thread.yield();
      }
    }
  }

  /**
   * Has the loop carry another thread for what is left, after the other things that it has to do. A
   * mailbox that is never empty would never come to it else.
   *
   * @return false if it does not take it
   */
  private boolean handBack(boolean carried) {
    LoopCarrier loop = carrier;
    if (loop == null || !(carried || loop.isWelcome(dispatcher.nowNs()))) {
      return false;
    }
    try {
      flow.loop().execute(this::startHandling);
      return true;
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      return false; // the loop has ended, or cannot take it now
    }
  }

  /** A batch that is not handled to its end has lost messages: no session goes on so. */
  private void handleOrEnd(Batch batch) {
    try {
      handle(batch);
    } catch (Throwable e) {
      flow.cannotGoOn(e);
    }
  }

  private void handle(Batch batch) {
    LoopCarrier loop = carrier;
    Frame view = new Frame();
    int requests = 0;
    int handled = 0;
    int at = 0;
    while (at < batch.length()) {
      at = view.moveTo(batch.bytes(), at);
      InboundRequest request = view.isRequest() ? batch.request(requests++) : null;
      try {
        handle(view, request);
        handled++;
        if (loop != null) {
          loop.handled();
          if (flow.isOnLoop()) {
            stayOnLoop(loop, handled);
          }
        }
      } catch (Throwable e) {
        broken(request, e); // one message must not end the mailbox
      }
    }
  }

  /** So many messages of a batch have been handled on the loop, which has other things to do. */
  private void stayOnLoop(LoopCarrier loop, int handled) {
    if (flow.hasMuchToSend()) {
      loop.sendNow();
    }
    boolean powerOfTwo = (handled & handled - 1) == 0; // the first few may be slow already
    if (handled % MESSAGES_A_LOOK == 0 || (powerOfTwo && handled > 2)) {
      loop.leaveIfLong();
    }
  }

  private void handle(Frame view, @Nullable InboundRequest request) {
    Route route;
    Message message;
    try {
      view.locate();
      route = routes.find(view, likely);
      if (route == null) {
        noRoute(view.route(), request);
        return;
      }
      likely = route;
      Headers headers = request != null ? request.headers() : view.headers(dispatcher.limits());
      if (view.compressed() && view.inflatedBytes() > CompressedBody.QUICK_BYTES) {
        leaveLoop();
      }
      message = Message.of(route.name(), headers, view.body(dispatcher.limits()));
    } catch (MalformedFrameException e) {
      reject(request, e);
      return;
    }
    dispatcher.call(route, session, message, request);
  }

  /** Goes on in the pool, if this is on the loop: what comes takes long. */
  @SuppressWarnings("ThreadPriorityCheck") // gives the carrier back
  private void leaveLoop() {
    if (flow.isOnLoop()) {
      Thread.yield();
    }
  }

  /** Wirelace itself failed at a message: out of memory, a library that does not load. */
  private void broken(@Nullable InboundRequest request, Throwable cause) {
    try {
      FAILURES.tell(
          () -> "a message of " + session + " could not be handled: " + Trace.line(cause));
      if (request == null) {
        session.drop(Drop.MALFORMED, 1, cause.toString());
      } else if (request.isAnswered()) {
        request.over();
      } else {
        request.fail(Fault.of(ErrorCode.INTERNAL_ERROR, "the message could not be handled"));
      }
    } catch (Throwable again) {
      flow.cannotGoOn(cause); // nor can its sender be told
    }
  }

  private void noRoute(String name, @Nullable InboundRequest request) {
    String what = name.isEmpty() ? "no default handler" : "no route " + name;
    if (request == null) {
      session.drop(Drop.NO_ROUTE, 1, what);
    } else {
      request.fail(Fault.of(ErrorCode.NO_ROUTE, what));
    }
  }

  private void reject(@Nullable InboundRequest request, MalformedFrameException e) {
    String why = String.valueOf(e.getMessage());
    if (request == null) {
      session.drop(Drop.MALFORMED, 1, why);
    } else {
      request.fail(Fault.of(e.code(), why));
    }
  }

  private void handled(int count, long size) {
    bytes.addAndGet(-size);
    long waiting = messages.addAndGet(-count);
    long held = bytes.get(); // read after both, so that of several threads the last sees both low
    if (paused.get()
        && waiting <= maxMessages / 2
        && held <= maxBytes / 2
        && paused.compareAndSet(true, false)) {
      flow.resume();
    }
    if (waiting == 0) {
      flow.emptied();
    }
  }
}
