package io.postern.config;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What fields a route may change, and by what. */
final class FieldEditsChecks {

  /** They frame a message, are for one hop, or are written by Postern itself. */
  private static final Set<String> REFUSED =
      Set.of(
          "client-cert",
          "client-cert-chain",
          "connection",
          "content-length",
          "date",
          "expect",
          "forwarded",
          "host",
          "http2-settings",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "via",
          "x-forwarded-for",
          "x-forwarded-host",
          "x-forwarded-port",
          "x-forwarded-proto",
          "x-request-id");

  private static final String OURS = "x-postern-";

  private final FieldEditsConfig edits;
  private final Report report;

  private FieldEditsChecks(FieldEditsConfig edits, Report report) {
    this.edits = edits;
    this.report = report;
  }

  static void check(RouteConfig route, Report report) {
    FieldEditsChecks request = new FieldEditsChecks(route.requestHeaders(), report);
    request.checkNames();
    request.checkServer();
    new FieldEditsChecks(route.responseHeaders(), report).checkNames();
  }

  private void checkNames() {
    edits.set().keySet().forEach(name -> checkName(name, written("set.", name)));
    edits.add().keySet().forEach(name -> checkName(name, written("add.", name)));
    List<String> removed = edits.remove();
    // After a refused element the positions of the others are not known any more.
    if (!report.isClean(Place.below(edits.place().path(), "remove"))) {
      return;
    }
    for (int i = 0; i < removed.size(); i++) {
      String name = removed.get(i).toLowerCase(Locale.ROOT);
      checkName(name, "remove[" + i + "]");
      if (edits.set().containsKey(name)) {
        report.problem(edits.place(), "remove[" + i + "]", "is in set too", "one of the two");
      }
    }
  }

  /** The key as it stands in the file, whose capitals the name of a field has lost. */
  private String written(String prefix, String name) {
    return edits.place().keys().keySet().stream()
        .filter(key -> key.equalsIgnoreCase(prefix + name))
        .findFirst()
        .orElse(prefix + name);
  }

  private void checkName(String name, String at) {
    // Servers that make variables of names take what is no letter or digit for the same.
    String plain = name.replaceAll("[^a-z0-9]", "-");
    if (plain.equals("host")) {
      report.problem(edits.place(), at, "is no field that can be edited", "rewrite.host");
    } else if (REFUSED.contains(plain) || plain.startsWith(OURS)) {
      String what = "is no field that can be edited: Postern writes it, or it frames the message";
      report.problem(edits.place(), at, what, "another field");
    }
  }

  /** The fields of a request are edited once, before a server is picked. */
  private void checkServer() {
    edits.set().forEach((name, value) -> checkServer(written("set.", name), value));
    edits.add().forEach((name, value) -> checkServer(written("add.", name), value));
  }

  private void checkServer(String at, Template value) {
    if (value.parts().contains(Variable.SERVER)) {
      String what = "{server} is not known before the request is sent";
      report.problem(edits.place(), at, what, "{pool}, or it in responseHeaders");
    }
  }
}
