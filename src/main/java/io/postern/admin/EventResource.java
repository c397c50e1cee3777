package io.postern.admin;

import static io.postern.admin.Column.text;
import static io.postern.admin.Column.time;
import static io.postern.admin.Column.whole;
import static io.postern.admin.Column.word;

import io.netty.util.AsciiString;
import io.postern.admin.Operation.Answer;
import io.postern.admin.Operation.Parameter;
import io.postern.event.Event;
import io.postern.event.EventKind;
import io.postern.event.Events;
import io.postern.http.FieldNames;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What has happened lately, and what happens from now on. */
final class EventResource {

  static final Shape<Event> EVENTS =
      Shape.of(
          whole("number", "Counts all since the start, from 1.", Event::number),
          time("at", "When.", Event::at),
          word("kind", "What.", EventKind.class, Event::kind),
          text("subject", "With whom, by the names of the config.", Event::subject),
          text("text", "As the log has it.", Event::text));

  private static final AsciiString STREAM = AsciiString.cached("text/event-stream");
  private static final AsciiString LAST_EVENT_ID = AsciiString.cached("last-event-id");
  private static final int MOST_READERS = 16;

  private final Events events = Events.ofProcess();

  /** Owned by the loop of the admin port, on which all who ask are. */
  private final List<EventStream> readers = new ArrayList<>();

  List<Operation> operations() {
    return List.of(
        Operation.get(
            "events",
            "What has happened lately; for who accepts text/event-stream, what happens from now on.",
            List.of(Parameter.whole("since", "Only those after this number.")),
            new Answer.Many("events", EVENTS),
            this::tell));
  }

  private void tell(Ask ask) {
    AsciiString accept = ask.head().fields().get(FieldNames.ACCEPT);
    Integer since = ask.whole("since", 0, Integer.MAX_VALUE);
    if (accept != null && accept.contains(STREAM)) {
      stream(ask, since);
    } else {
      ask.reply(Page.list("events", EVENTS, events.since(since == null ? 0 : since)));
    }
  }

  /** Who comes back goes on where he was. */
  private void stream(Ask ask, @Nullable Integer since) {
    readers.removeIf(EventStream::isOver);
    if (readers.size() >= MOST_READERS) {
      throw new Refused(503, MOST_READERS + " read the stream already");
    }
    AsciiString seen = ask.head().fields().get(LAST_EVENT_ID);
    long from = since == null ? events.last() : since;
    if (seen != null) {
      from = seen.isEmpty() ? from : number(seen.toString());
    }
    EventStream reader = new EventStream(events, ask.exchange(), from);
    readers.add(reader);
    reader.begin();
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new Refused(400, "Last-Event-ID: " + text + " is not the number of an event");
    }
  }
}
