package io.wirelace.session;

import io.wirelace.wire.Frame;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Where a session's messages go. The floor above implements it. */
@FunctionalInterface
public interface MessageSink {
  /** A session has opened; its messages will come to what is returned. Event loop. */
  Inbox open(Session session, Flow flow);

  /** Takes the messages of one session, on its event loop. */
  interface Inbox {
    /**
     * A request or notification.
     *
     * @param frame it, with its blocks located for a request; valid only during the call
     * @param request how to answer it; null for a notification
     * @return whether the request has been answered, and is held by nobody: it may become another
     */
    boolean onMessage(Frame frame, @Nullable InboundRequest request);

    /** The last message of one read has been handed over. */
    void onBatchEnd();

    /** Whether no message waits or is being handled. Any thread. */
    boolean isEmpty();

    /** How many messages wait or are being handled. Any thread. */
    long waitingMessages();

    /** How many bytes they hold. Any thread. */
    long waitingBytes();

    /** The session has ended: nothing more will come, and answers go nowhere. */
    void onSessionEnd();
  }

  /** What an inbox knows of its session's event loop, and how it slows it down. Any thread. */
  interface Flow {
    /** The event loop. */
    Executor loop();

    /** Whether this thread is the event loop, or the virtual one that it carries right now. */
    boolean isOnLoop();

    /** Whether so much waits that the peer should not wait for more of it. On the loop. */
    boolean hasMuchToSend();

    /** Sends what waits. Event loop only. */
    void sendNow();

    /**
     * How long, in nanoseconds, threads other than the event loop have been writing to the socket
     * so far. To one of them what it has done itself is known, of others perhaps not the last.
     */
    long writtenNs();

    /** Stop reading: the inbox is full. Event loop only. */
    void pause();

    /** There is room again. */
    void resume();

    /** Stop reading until a message that is being inflated is handled. Event loop only. */
    void hold();

    /** That message is handled. */
    void release();

    /** The inbox has become empty. */
    void emptied();

    /** An Error has left the inbox half-way: its session is ended. Needs no memory. */
    void cannotGoOn(Throwable cause);
  }
}
