package io.wirelace.session;

import java.util.concurrent.Executor;

/** What an inbox asks of the session and its event loop. */
final class InboxFlow implements MessageSink.Flow {
  private final SessionHandler handler;
  private final Session session;
  private final ReadGate gate;

  InboxFlow(SessionHandler handler, Session session, ReadGate gate) {
    this.handler = handler;
    this.session = session;
    this.gate = gate;
  }

  @Override
  public Executor loop() {
    return handler.loop().executor();
  }

  @Override
  public boolean isOnLoop() {
    return handler.isOnLoop();
  }

  @Override
  public boolean hasMuchToSend() {
    return session.outbound().hasMuchToSend();
  }

  @Override
  public void sendNow() {
    session.outbound().drain();
  }

  @Override
  public long writtenNs() {
    return session.outbound().writtenNs();
  }

  @Override
  public void pause() {
    gate.pause(ReadGate.MAILBOX);
  }

  @Override
  public void resume() {
    gate.unpauseLater(ReadGate.MAILBOX);
  }

  @Override
  public void hold() {
    gate.pause(ReadGate.INFLATING);
  }

  @Override
  public void release() {
    gate.unpauseLater(ReadGate.INFLATING);
  }

  @Override
  public void emptied() {
    handler.checkWhetherDrained();
  }

  @Override
  public void cannotGoOn(Throwable cause) {
    handler.loop().cannotGoOn(cause);
  }
}
