package io.postern.admin;

import io.postern.http.Methods;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be asked for, or had done: the table of these is all that the API is, and what
 * the document that describes it is made of.
 *
 * @param method whatever is not a GET changes something
 * @param path below {@link Api#PREFIX}, with variables such as {@code {pool}}
 * @param summary what it is good for, in a sentence
 * @param parameters what may be said besides, in the query or as members of a JSON object
 * @param answer what comes back
 * @param handler carries it out
 */
record Operation(
    String method,
    String path,
    String summary,
    List<Parameter> parameters,
    Answer answer,
    Handler handler) {

  /** Carries operations out, on the event loop of who asks; may answer later, there. */
  interface Handler {

    /**
     * Answers.
     *
     * @throws Refused where it cannot be done, and why
     */
    void handle(Ask ask);
  }

  /**
   * A variable of the path, or something that may be said besides.
   *
   * @param type in the words of JSON schema: string, integer or boolean
   */
  record Parameter(String name, String type, String doc) {

    static Parameter text(String name, String doc) {
      return new Parameter(name, "string", doc);
    }

    static Parameter whole(String name, String doc) {
      return new Parameter(name, "integer", doc);
    }

    static Parameter truth(String name, String doc) {
      return new Parameter(name, "boolean", doc);
    }
  }

  /** What comes back where all goes well. */
  sealed interface Answer {

    /**
     * One object.
     *
     * @param shape what is in it
     */
    record One(Shape<?> shape) implements Answer {}

    /**
     * An object with an array.
     *
     * @param name of the array
     */
    record Many(String name, Shape<?> shape) implements Answer {}

    /**
     * Something else.
     *
     * @param mediaType what, as Content-Type says it
     */
    record Other(String mediaType) implements Answer {}
  }

  static Operation get(
      String path, String summary, List<Parameter> parameters, Answer answer, Handler handler) {
    return new Operation("GET", path, summary, parameters, answer, handler);
  }

  static Operation post(
      String path, String summary, List<Parameter> parameters, Answer answer, Handler handler) {
    return new Operation("POST", path, summary, parameters, answer, handler);
  }

  static Operation put(
      String path, String summary, List<Parameter> parameters, Answer answer, Handler handler) {
    return new Operation("PUT", path, summary, parameters, answer, handler);
  }

  static Operation delete(
      String path, String summary, List<Parameter> parameters, Answer answer, Handler handler) {
    return new Operation("DELETE", path, summary, parameters, answer, handler);
  }

  boolean writes() {
    return !method.contentEquals(Methods.GET);
  }

  private List<String> steps() {
    return List.of(path.split("/", -1));
  }

  private static boolean isVariable(String step) {
    return step.startsWith("{");
  }

  private static String variable(String step) {
    return step.substring(1, step.length() - 1);
  }

  /** The names of the variables of the path. */
  List<String> variables() {
    List<String> names = new ArrayList<>();
    for (String step : steps()) {
      if (isVariable(step)) {
        names.add(variable(step));
      }
    }
    return names;
  }

  /** The variables that a path has where it is one of these; null where it is not. */
  @Nullable Map<String, String> match(List<String> asked) {
    List<String> steps = steps();
    if (steps.size() != asked.size()) {
      return null;
    }
    Map<String, String> variables = new HashMap<>();
    for (int i = 0; i < steps.size(); i++) {
      String step = steps.get(i);
      if (isVariable(step)) {
        variables.put(variable(step), asked.get(i));
      } else if (!step.equals(asked.get(i))) {
        return null;
      }
    }
    return variables;
  }
}
