package io.wirelace.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.wirelace.error.CloseReason;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class EventTest {
  private static final String EVIL = "x\nFORGED \u001b[31m\r\u202e";

  /** A value for a component, with a peer's text wherever there can be one. */
  private static Object evil(Class<?> type) {
    Fault fault = Fault.of(ErrorCode.PROTOCOL_ERROR, EVIL);
    if (type == String.class) {
      return EVIL;
    } else if (type == int.class) {
      return 1;
    } else if (type == long.class) {
      return 1L;
    } else if (type == Fault.class) {
      return fault;
    } else if (type == CloseReason.class) {
      return new CloseReason(CloseReason.Initiator.REMOTE, fault);
    } else if (type == SessionId.class) {
      return new SessionId("5");
    } else if (type == Throwable.class) {
      return new IllegalStateException(EVIL);
    } else if (type == Error.class) {
      return new OutOfMemoryError(EVIL);
    } else if (type == Instant.class) {
      return Instant.EPOCH;
    } else if (type == Drop.class) {
      return Drop.NO_ROUTE;
    } else if (type == Counters.Snapshot.class) {
      return new Counters().snapshot();
    }
    throw new AssertionError("no value for a " + type + ": add one here");
  }

  @Test
  void everyEventIsOneHarmlessLine() throws Exception {
    for (Class<?> kind : Event.class.getPermittedSubclasses()) {
      Class<?>[] types =
          Arrays.stream(kind.getRecordComponents())
              .map(RecordComponent::getType)
              .toArray(Class<?>[]::new);
      Constructor<?> constructor = kind.getDeclaredConstructor(types);
      Object event = constructor.newInstance(Arrays.stream(types).map(EventTest::evil).toArray());

      assertThat(event.toString())
          .startsWith(kind.getSimpleName() + "[")
          .doesNotContain("\n", "\r", "\u001b", "\u202e");
      for (RecordComponent component : kind.getRecordComponents()) {
        assertThat(event.toString()).contains(component.getName() + "=");
      }
    }
  }
}
