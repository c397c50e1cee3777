package io.postern;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;

/** The rooms, in the order of the data path, and the classes in them. */
final class Rooms {

  /** An import goes only to a room that stands before. */
  static final List<String> IN_ORDER =
      List.of(
          "config",
          "files",
          "balance",
          "fault",
          "event",
          "http",
          "tls",
          "proxyproto",
          "shaping",
          "tenant",
          "observe",
          "filter",
          "route",
          "pool",
          "upstream",
          "discovery",
          "health",
          "exchange",
          "listener",
          "runtime",
          "admin",
          "cli");

  static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.postern");

  private static final String ROOT = "io.postern.";

  private Rooms() {}

  /** The room of a class; empty where it is not ours. */
  static String of(JavaClass type) {
    String name = type.getBaseComponentType().getPackageName();
    return name.startsWith(ROOT) ? name.substring(ROOT.length()) : "";
  }

  /** {@code room.Type} of the top-level class around a class, as allow-lists name it. */
  static String nameOf(JavaClass type) {
    String name = type.getName().substring(ROOT.length());
    int nested = name.indexOf('$');
    return nested < 0 ? name : name.substring(0, nested);
  }
}
