package io.wirelace.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Reads and changes settings records by name, so that a builder and a file can do the same. A
 * setting's name is its component's with dashes: {@code maxFrameBytes} is {@code max-frame-bytes}.
 */
public final class RecordSettings {
  private RecordSettings() {}

  /** The names of a record's settings. */
  public static List<String> names(Class<? extends Record> type) {
    return Arrays.stream(type.getRecordComponents()).map(RecordSettings::name).toList();
  }

  /** Whether a record has a setting of that name. */
  public static boolean has(Class<? extends Record> type, String name) {
    return names(type).contains(name);
  }

  /**
   * A copy with one setting changed.
   *
   * @param value of the setting's type, or a text to be read as one
   * @throws io.wirelace.error.WirelaceException if there is no such setting or the value is out of
   *     range
   */
  public static <R extends Record> R with(R record, String name, Object value) {
    RecordComponent[] components = record.getClass().getRecordComponents();
    Object[] values = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    boolean found = false;
    for (int i = 0; i < components.length; i++) {
      RecordComponent component = components[i];
      types[i] = component.getType();
      boolean changed = name(component).equals(name);
      found |= changed;
      values[i] = changed ? convert(name, value, types[i]) : read(component, record);
    }
    if (!found) {
      throw Values.invalid(
          name, value, "one of the settings " + String.join(", ", names(record.getClass())));
    }
    return construct(record, types, values);
  }

  private static String name(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  private static Object read(RecordComponent component, Record record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }

  @SuppressWarnings("unchecked") // the constructor is that of the record's own class
  private static <R extends Record> R construct(R record, Class<?>[] types, Object[] values) {
    try {
      Constructor<?> constructor = record.getClass().getDeclaredConstructor(types);
      return (R) constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException invalid) {
        throw invalid;
      }
      throw new IllegalStateException("cannot make " + record.getClass(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot make " + record.getClass(), e);
    }
  }

  private static Object convert(String name, Object value, Class<?> type) {
    if (type == boolean.class) {
      return value instanceof Boolean ? value : Values.bool(name, value.toString());
    }
    if (type == int.class) {
      return (int) Values.bytes(name, value.toString(), Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
    if (type == long.class) {
      return Values.bytes(name, value.toString(), Long.MIN_VALUE, Long.MAX_VALUE);
    }
    if (type == Duration.class) {
      return value instanceof Duration ? value : Values.duration(name, value.toString());
    }
    if (type.isEnum()) {
      return Values.oneOf(name, value.toString(), type.getEnumConstants());
    }
    return value.toString();
  }
}
