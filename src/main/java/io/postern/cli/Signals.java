package io.postern.cli;

import java.lang.reflect.Proxy;

/**
 * The signals of the process, by {@code sun.misc.Signal} of the module jdk.unsupported: a shutdown
 * hook would not do, for it runs once, ends in 143 whatever happened, and hears no second SIGTERM.
 * It is called by reflection, because javac has no way to be told that it is meant.
 */
final class Signals {

  private Signals() {}

  /**
   * Runs something on a thread of the JVM for each signal.
   *
   * @param name without its SIG, such as {@code TERM}
   */
  static void on(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object runner =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                action.run();
                return null;
              });
      Object named = signal.getConstructor(String.class).newInstance(name);
      signal.getMethod("handle", signal, handler).invoke(null, named, runner);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot take SIG" + name, e);
    }
  }
}
