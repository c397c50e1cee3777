package io.postern.exchange;

import io.postern.filter.FieldEdits;
import io.postern.filter.ForwardedFields;
import io.postern.filter.HopByHop;
import io.postern.filter.Via;
import io.postern.http.FieldNames;
import io.postern.http.Fields;
import io.postern.http.LocalReply;
import io.postern.http.RequestHead;
import io.postern.http.ResponseHead;
import io.postern.observe.ExchangeRecord;
import io.postern.route.Route;
import org.jspecify.annotations.Nullable;

/** What becomes of the heads of an exchange on their way. Pure functions. */
final class Heads {

  private Heads() {}

  /** Makes the head of a request what a server is to get. */
  static void toServer(RequestHead head, Route route, ExchangeRecord record) {
    HopByHop.removeFromRequest(head.fields());
    ForwardedFields.set(head, record.connection, record.tenant, record.requestId);
    FieldEdits edits = route.requestHeaders();
    if (edits != null) {
      edits.apply(head.fields(), record);
    }
  }

  /** Makes the final head of a server's response what the client is to get. */
  static void toClient(ResponseHead head, Route route, ExchangeRecord record) {
    HopByHop.remove(head.fields());
    Via.append(head.fields(), head.version());
    finish(head.fields(), route, record);
  }

  /**
   * A reply of our own as the client is to get it.
   *
   * @param route null where none has matched
   */
  static LocalReply toClient(LocalReply reply, @Nullable Route route, ExchangeRecord record) {
    return reply.edited(fields -> finish(fields, route, record));
  }

  private static void finish(Fields fields, @Nullable Route route, ExchangeRecord record) {
    FieldEdits edits = route == null ? null : route.responseHeaders();
    if (edits != null) {
      edits.apply(fields, record);
    }
    fields.set(FieldNames.X_REQUEST_ID, record.requestId);
  }
}
