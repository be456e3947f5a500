package planted.session;

import io.netty.buffer.ByteBuf;
import planted.dispatch.Above;

/** Breaks three rules, so that {@code FloorsTest} can show that it notices. */
public final class PlantedBreach {
  private final Above above = new Above();

  /** Session must not see dispatch. */
  public String lookUp() {
    return above.toString();
  }

  /** Users never count references. */
  public void leaking(ByteBuf buffer) {
    buffer.touch();
  }
}
