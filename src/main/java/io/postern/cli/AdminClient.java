package io.postern.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URLEncoder;
import java.time.Duration;

/** Asks a process that runs. Used by one thread at a time; its text names whom it asks. */
interface AdminClient {

  /** What the paths begin with. */
  String PREFIX = "/api/v1/";

  /** How long an answer may take. */
  Duration PATIENCE = Duration.ofSeconds(60);

  /** What comes back. */
  record Answer(int status, String body) {}

  /**
   * Asks, and waits for the answer.
   *
   * @param path below {@value #PREFIX}, with a query or not
   * @param json whether for JSON; else for text
   * @throws IOException where none comes, or it takes too long
   */
  Answer ask(String method, String path, boolean json) throws IOException, InterruptedException;

  /** What Accept says. */
  static String accepted(boolean json) {
    return json ? "application/json" : "text/plain";
  }

  /** A step of a path, or a value in a query, as it is sent. */
  static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }
}
