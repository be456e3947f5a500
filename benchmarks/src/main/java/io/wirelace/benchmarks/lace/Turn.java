package io.wirelace.benchmarks.lace;

import io.wirelace.benchmarks.contender.ClosedLoop;
import io.wirelace.error.Fault;
import io.wirelace.session.AnswerCallback;
import io.wirelace.session.Session;

/** One of the requests in flight: each answer sends the next. Event loop only. */
final class Turn implements AnswerCallback {
  private final Session session;
  private final ClosedLoop loop;
  private final byte[] body;
  private long sentNs;

  Turn(Session session, ClosedLoop loop, byte[] body) {
    this.session = session;
    this.loop = loop;
    this.body = body;
  }

  void send(long nowNs) {
    sentNs = nowNs;
    session.requestAsync(CountingServer.ECHO, body, this);
  }

  @Override
  public void onAnswer(byte[] answer) {
    long nowNs = session.lastReadNs();
    if (loop.answered(sentNs, nowNs)) {
      send(nowNs);
    }
  }

  @Override
  public void onFailure(Fault fault) {
    System.err.println(fault);
    System.exit(1);
  }
}
