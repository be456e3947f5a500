package io.wirelace.benchmarks.contender;

/** Makes contenders by the name of their class, with a variant where one follows a {@code #}. */
final class Contenders {
  private Contenders() {}

  static Contender named(String name) throws ReflectiveOperationException {
    int hash = name.indexOf('#');
    if (hash < 0) {
      return type(name).getDeclaredConstructor().newInstance();
    }
    return type(name.substring(0, hash))
        .getDeclaredConstructor(String.class)
        .newInstance(name.substring(hash + 1));
  }

  private static Class<? extends Contender> type(String className) throws ClassNotFoundException {
    return Class.forName(className).asSubclass(Contender.class);
  }
}
