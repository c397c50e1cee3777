package io.postern.admin;

import static io.postern.admin.Column.text;
import static io.postern.admin.Column.time;
import static io.postern.admin.Column.word;

import io.postern.admin.Operation.Answer;
import io.postern.admin.Operation.Parameter;
import io.postern.observe.LogLevels;
import io.postern.observe.LogLevels.Change;
import io.postern.observe.LogLevels.Told;
import io.postern.observe.LogLevels.Verbosity;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How much is said in the log of the process. Owned by the side loop. */
final class LoggerResource {

  private static final Shape<Told> LOGGERS =
      Shape.of(
          text("name", "Of the logger; ROOT is above all.", Told::name),
          word("level", "What it says, and what is worse.", Verbosity.class, Told::level),
          text(
              "by",
              "Who has said so; null where it is as from the start.",
              each -> each.changed() == null ? null : each.changed().by()),
          time(
              "until",
              "When that is over; null where it stays.",
              each -> each.changed() == null ? null : each.changed().until()));

  /** What says who has changed what. */
  private static final String AUDIT = "io.postern.admin";

  private final LogLevels levels;
  private final InstantSource clock;

  LoggerResource(LogLevels levels, InstantSource clock) {
    this.levels = levels;
    this.clock = clock;
  }

  /** Those of this process. */
  static LoggerResource ofProcess() {
    return new LoggerResource(LogLevels.ofProcess(AUDIT), InstantSource.system());
  }

  List<Operation> operations() {
    Answer loggers = new Answer.Many("loggers", LOGGERS);
    return List.of(
        Operation.get(
            "loggers",
            "The loggers that have a level of their own.",
            List.of(),
            loggers,
            this::tell),
        Operation.put(
            "loggers/{logger}",
            "Has a logger, and all below its name, say more or less, until the process ends.",
            List.of(
                Parameter.text("level", "off, error, warn, info, debug or trace."),
                Parameter.text("for", "How long, such as 10m; left out, until it is taken back.")),
            loggers,
            this::set),
        Operation.delete(
            "loggers/{logger}",
            "Has a logger say what it said from the start.",
            List.of(),
            loggers,
            this::end));
  }

  private void tell(Ask ask) {
    ask.reply(Page.list("loggers", LOGGERS, levels.all()));
  }

  private void set(Ask ask) {
    String name = ask.variable("logger");
    Verbosity level = ask.word("level", Verbosity.class);
    Duration lasting = ask.length("for");
    if (level == null) {
      throw new Refused(400, "level is needed");
    }
    if (name.startsWith(AUDIT) && level.compareTo(Verbosity.INFO) < 0) {
      throw new Refused(403, "who changes something stays in the log: " + AUDIT + " says info");
    }
    if (!levels.knows(name)) {
      throw new Refused(404, "there is no logger " + name + ", and none below that name");
    }
    Instant until = lasting == null ? null : clock.instant().plus(lasting);
    levels.set(name, level, new Change(ask.by(), until));
    if (lasting != null) {
      ask.exchange()
          .loop()
          .schedule(
              () -> levels.endWhatIsOver(clock.instant()),
              lasting.toMillis() + 1,
              TimeUnit.MILLISECONDS);
    }
    tell(ask);
  }

  private void end(Ask ask) {
    String name = ask.variable("logger");
    if (!levels.end(name)) {
      throw new Refused(404, "logger " + name + " is as from the start");
    }
    tell(ask);
  }
}
