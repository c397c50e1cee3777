package io.postern.testkit;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.stream.Stream;

/** Writes what a fuzz test begins with into a folder, for {@code scripts/fuzz}. */
public final class FuzzSeeds {

  private FuzzSeeds() {}

  /**
   * Calls the method {@code corpus} of a test, where it has one.
   *
   * @param arguments the name of the class, and the folder
   */
  public static void main(String[] arguments) throws ReflectiveOperationException, IOException {
    Path folder = Path.of(arguments[1]);
    for (Method method : Class.forName(arguments[0]).getDeclaredMethods()) {
      if (method.getName().equals("corpus")) {
        method.setAccessible(true);
        write((Stream<?>) method.invoke(null), folder);
      }
    }
  }

  private static void write(Stream<?> inputs, Path folder) throws IOException {
    int count = 0;
    for (Iterator<?> each = inputs.iterator(); each.hasNext(); count++) {
      Files.write(folder.resolve("seed-" + count), (byte[]) each.next());
    }
  }
}
