package io.wirelace.benchmarks.contender;

/** Makes contenders by the name of their class. */
final class Contenders {
  private Contenders() {}

  static Contender named(String className) throws ReflectiveOperationException {
    return Class.forName(className)
        .asSubclass(Contender.class)
        .getDeclaredConstructor()
        .newInstance();
  }
}
