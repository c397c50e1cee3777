package io.postern.testkit;

import java.io.IOException;
import java.util.List;

/** The server's half of one exchange, whichever protocol it is spoken in. */
interface Conversation {

  /** Reads the content of the request to its end, or to that of all that comes. */
  Received readContent(Tally tally) throws IOException;

  /** Reads some of the content; less where it ends before. */
  void readSome(long length, Tally tally) throws IOException;

  /** Sends the head of a response, or one that another follows. */
  void head(Response response, boolean last) throws IOException;

  /** Sends a piece of content. */
  void content(byte[] bytes, int offset, int size) throws IOException;

  /** Ends the content. */
  void end(List<Field> trailers) throws IOException;

  /** Sends bytes as they are. */
  void raw(String latin1) throws IOException;
}
