package planted.helper;

/** A package of a name that says nothing. */
public final class Anything {
  @Override
  public String toString() {
    return "anything";
  }
}
