package io.postern.exchange;

import io.postern.fault.Fault;
import io.postern.fault.FaultException;
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
import io.postern.route.ErrorPages;
import io.postern.route.Rewrite;
import io.postern.route.Route;
import org.jspecify.annotations.Nullable;

/** What becomes of the heads of an exchange on their way. Pure functions. */
final class Heads {

  private Heads() {}

  /**
   * The head that a server is to get, with the same fields.
   *
   * @throws FaultException where it is to be asked for what is no target
   */
  static RequestHead toServer(RequestHead head, Route route, ExchangeRecord record) {
    HopByHop.removeFromRequest(head.fields());
    ForwardedFields.set(head, record.connection, record.tenant, record.requestId);
    FieldEdits edits = route.requestHeaders();
    if (edits != null) {
      edits.apply(head.fields(), record);
    }
    Rewrite rewrite = route.rewrite();
    return rewrite == null ? head : rewrite.of(head);
  }

  /** Makes the final head of a server's response what the client is to get. */
  static void toClient(ResponseHead head, Route route, ExchangeRecord record) {
    HopByHop.remove(head.fields());
    Via.append(head.fields(), head.version());
    finish(head.fields(), route, record);
  }

  /**
   * What the route has to say in place of a reply, where that is of something that failed.
   *
   * @param route null where none has matched
   */
  static LocalReply page(LocalReply reply, @Nullable Fault fault, @Nullable Route route) {
    ErrorPages pages = fault == null || route == null ? null : route.errorPages();
    return pages == null ? reply : pages.of(reply);
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
