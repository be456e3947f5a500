package io.wirelace.transport;

/**
 * A transport's question to the session above it, fired up the pipeline as a user event: does this
 * side still owe its peer answers, and stand between two frames? For a transport that must know
 * before it lets a peer's end of stream act. Answered before the event returns; event loop only.
 */
public final class AnswersOwed {
  private boolean owed;

  /** Not answered yet: nothing is owed. */
  public AnswersOwed() {}

  /** The session's answer: something is. */
  public void yes() {
    owed = true;
  }

  /** Whether something is owed. */
  public boolean isOwed() {
    return owed;
  }
}
