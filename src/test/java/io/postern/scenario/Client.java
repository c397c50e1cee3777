package io.postern.scenario;

import io.postern.testkit.Answer;
import io.postern.testkit.RawClient;

/** A client's connection, whatever it speaks; requests over HTTP/1.1 are made one by one. */
interface Client extends AutoCloseable {

  /** A request without content; names and values of fields in turn. */
  Call request(String method, String path, String... fields);

  /** A request whose content is to come; in chunks over HTTP/1.1 unless a length is given. */
  Call start(String method, String path, String... fields);

  /** A GET and its whole response. */
  default Answer get(String path) {
    return request("GET", path).answer();
  }

  /** Reads on where the client was a slow one. */
  void readOn(Call call);

  /** The connection itself. */
  RawClient connection();

  @Override
  void close();
}
