package io.wirelace.error;

import java.util.Objects;
import java.util.function.Function;

/**
 * The outcome of a call for those who do not want exceptions: {@link Ok} with a value or {@link
 * Err} with a {@link Fault}. Made for {@code switch} with record patterns.
 *
 * @param <T> the value's type
 */
public sealed interface Result<T> {
  /**
   * It worked.
   *
   * @param value what came out
   */
  record Ok<T>(T value) implements Result<T> {
    /** Checks that there is a value. */
    public Ok {
      Objects.requireNonNull(value, "value");
    }
  }

  /**
   * It did not work.
   *
   * @param fault why
   */
  record Err<T>(Fault fault) implements Result<T> {
    /** Checks that there is a fault. */
    public Err {
      Objects.requireNonNull(fault, "fault");
    }
  }

  /** Whether it worked. */
  default boolean isOk() {
    return this instanceof Ok;
  }

  /** The value, or the fault thrown as {@link WirelaceException}. */
  default T orThrow() {
    return switch (this) {
      case Ok<T>(T value) -> value;
      case Err<T>(Fault fault) -> throw fault.toException();
    };
  }

  /** The value, or what is made of the fault. */
  default T orElse(Function<? super Fault, ? extends T> otherwise) {
    return switch (this) {
      case Ok<T>(T value) -> value;
      case Err<T>(Fault fault) -> otherwise.apply(fault);
    };
  }

  /** A result of another type: the value mapped, a fault kept. */
  default <R> Result<R> map(Function<? super T, ? extends R> mapper) {
    return switch (this) {
      case Ok<T>(T value) -> new Ok<>(mapper.apply(value));
      case Err<T>(Fault fault) -> new Err<>(fault);
    };
  }
}
