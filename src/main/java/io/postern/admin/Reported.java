package io.postern.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.postern.config.Difference;
import io.postern.runtime.ReloadReport;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** What came of a reload. */
record Reported(ReloadReport report) implements Page {

  @Override
  public String text() {
    StringBuilder text = new StringBuilder(headline()).append('\n');
    report.differences().forEach(each -> text.append(each).append('\n'));
    report.effects().forEach(each -> text.append("* ").append(each).append('\n'));
    report.problems().forEach(each -> text.append(each).append('\n'));
    return text.toString();
  }

  private String headline() {
    return switch (report.verdict()) {
      case TAKEN -> "version " + report.version() + " runs from now on";
      case SAME -> "version " + report.version() + " runs on: nothing has changed";
      case TRIED ->
          "version " + report.version() + " runs on: this was a trial, and would be taken";
      case REFUSED -> "refused: version " + report.version() + " runs on";
    };
  }

  @Override
  public void write(JsonGenerator to) throws IOException {
    to.writeStringField("verdict", report.verdict().name().toLowerCase(Locale.ROOT));
    to.writeNumberField("version", report.version());
    to.writeArrayFieldStart("differences");
    for (Difference each : report.differences()) {
      to.writeStartObject();
      to.writeStringField("path", each.path());
      Page.text(to, "before", each.before());
      Page.text(to, "after", each.after());
      to.writeEndObject();
    }
    to.writeEndArray();
    lines(to, "effects", report.effects());
    lines(to, "problems", report.problems());
  }

  private static void lines(JsonGenerator to, String name, List<String> lines) throws IOException {
    to.writeArrayFieldStart(name);
    for (String each : lines) {
      to.writeString(each);
    }
    to.writeEndArray();
  }
}
