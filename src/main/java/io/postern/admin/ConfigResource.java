package io.postern.admin;

import static io.postern.admin.Column.text;
import static io.postern.admin.Column.texts;
import static io.postern.admin.Column.things;
import static io.postern.admin.Column.time;
import static io.postern.admin.Column.whole;
import static io.postern.admin.Column.word;

import io.postern.admin.Operation.Answer;
import io.postern.admin.Operation.Parameter;
import io.postern.config.Config;
import io.postern.config.Difference;
import io.postern.config.Loaded;
import io.postern.config.YamlText;
import io.postern.runtime.ConfigVersion;
import io.postern.runtime.ProxyRuntime;
import io.postern.runtime.ReloadReport;
import io.postern.runtime.ReloadReport.Verdict;
import io.postern.runtime.ReloadRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The config that runs, those that ran before it, and the next one. */
final class ConfigResource {

  private static final Shape<Difference> DIFFERENCES =
      Shape.of(
          text("path", "Where it is, such as pools.app.idle.", Difference::path),
          text("before", "What stood there; null for nothing.", Difference::before),
          text("after", "What stands there; null for nothing.", Difference::after));

  private static final Shape<ReloadReport> REPORT =
      Shape.of(
          word("verdict", "What came of it.", Verdict.class, ReloadReport::verdict),
          whole("version", "The config that runs now.", ReloadReport::version),
          things(
              "differences",
              "Between that which ran and that which was read.",
              DIFFERENCES,
              ReloadReport::differences),
          texts("effects", "What that does to connections.", ReloadReport::effects),
          texts("problems", "Why it was refused.", ReloadReport::problems));

  private static final Shape<ConfigVersion> VERSIONS =
      Shape.of(
          whole("version", "Its number; 1 is the first.", ConfigVersion::number),
          time("since", "When it was taken over.", ConfigVersion::since),
          text("by", "Who has asked for it.", ConfigVersion::by));

  private static final Parameter FORCE =
      Parameter.truth("force", "Even where a pool is left without a ready server.");

  private final ProxyRuntime runtime;
  private final @Nullable Supplier<Loaded> source;

  /**
   * Of a proxy.
   *
   * @param source reads the config again; null where there is no file
   */
  ConfigResource(ProxyRuntime runtime, @Nullable Supplier<Loaded> source) {
    this.runtime = runtime;
    this.source = source;
  }

  List<Operation> operations() {
    Parameter version = Parameter.whole("version", "Which; left out, the one that runs.");
    return List.of(
        Operation.get(
            "config",
            "The config with all defaults filled in and without its secrets, as YAML.",
            List.of(version),
            new Answer.Other("application/yaml"),
            this::tell),
        Operation.get(
            "config/versions",
            "The config that runs, and those that ran before it and can be gone back to.",
            List.of(),
            new Answer.Many("versions", VERSIONS),
            ask -> ask.reply(Page.list("versions", VERSIONS, runtime.reloads().versions()))),
        Operation.get(
            "config/diff",
            "What is different between two versions.",
            List.of(
                Parameter.whole("from", "Left out, the one before."),
                Parameter.whole("to", "Left out, the one that runs.")),
            new Answer.Many("differences", DIFFERENCES),
            this::compare),
        Operation.post(
            "reload",
            "Reads the config again, and takes it over where nothing speaks against it.",
            List.of(FORCE, Parameter.truth("trial", "Only say what would come of it.")),
            new Answer.One(REPORT),
            this::reload),
        Operation.post(
            "rollback",
            "Takes the version over that ran before.",
            List.of(FORCE),
            new Answer.One(REPORT),
            ask -> answer(runtime.reloads().rollback(ask.by(), ask.isTrue("force")), ask)));
  }

  private void tell(Ask ask) {
    Config config = version(ask, "version", runtime.reloads().version()).config();
    ask.exchange().reply(Replies.yaml(YamlText.of(config)));
  }

  private void compare(Ask ask) {
    List<ConfigVersion> all = runtime.reloads().versions();
    ConfigVersion before = all.get(Math.max(0, all.size() - 2));
    Config from = version(ask, "from", before).config();
    Config to = version(ask, "to", runtime.reloads().version()).config();
    List<Difference> differences = Difference.between(from, to);
    ask.reply(Page.list("differences", DIFFERENCES, differences).saying(() -> lines(differences)));
  }

  private ConfigVersion version(Ask ask, String parameter, ConfigVersion otherwise) {
    Integer number = ask.whole(parameter, 1, Integer.MAX_VALUE);
    if (number == null) {
      return otherwise;
    }
    return runtime.reloads().versions().stream()
        .filter(each -> each.number() == number)
        .findFirst()
        .orElseThrow(() -> new Refused(404, "version " + number + " is not kept"));
  }

  private void reload(Ask ask) {
    Supplier<Loaded> from = source;
    if (from == null) {
      throw new Refused(409, "there is no file to read the config from again");
    }
    answer(
        runtime
            .reloads()
            .reload(new ReloadRequest(from, ask.by(), ask.isTrue("force"), ask.isTrue("trial"))),
        ask);
  }

  private static void answer(CompletableFuture<ReloadReport> doing, Ask ask) {
    ask.then(
        doing,
        report ->
            ask.reply(
                report.verdict() == Verdict.REFUSED ? 409 : 200,
                Page.one(REPORT, report, () -> words(report))));
  }

  private static String words(ReloadReport report) {
    StringBuilder text = new StringBuilder(headline(report)).append('\n');
    text.append(lines(report.differences()));
    report.effects().forEach(each -> text.append("* ").append(each).append('\n'));
    report.problems().forEach(each -> text.append(each).append('\n'));
    return text.toString();
  }

  private static String lines(List<Difference> differences) {
    StringBuilder text = new StringBuilder();
    differences.forEach(each -> text.append(each).append('\n'));
    return text.toString();
  }

  private static String headline(ReloadReport report) {
    long version = report.version();
    return switch (report.verdict()) {
      case TAKEN -> "version " + version + " runs from now on";
      case SAME -> "version " + version + " runs on: nothing has changed";
      case TRIED -> "version " + version + " runs on: this was a trial, and would be taken";
      case REFUSED -> "refused: version " + version + " runs on";
    };
  }
}
