package planted.dispatch;

/** The floor above {@link planted.session}. */
public final class Above {
  @Override
  public String toString() {
    return "above";
  }
}
