package io.postern.http;

import io.netty.util.AsciiString;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a head or a trailer section (RFC 9110 §5), in the order in which they came: one
 * flat array, name and value in turn. Names are lower case, and a known one ({@link FieldNames}) is
 * always the same object, so that it is found by identity.
 *
 * <p>Mutable, and owned by the event loop of its exchange.
 */
public final class Fields {

  private static final AsciiString[] NONE = {};

  private AsciiString[] flat;
  private int length;

  /** No field yet, and room for a few. */
  public Fields() {
    this(8);
  }

  /** No field yet, and room for this many. */
  public Fields(int capacity) {
    flat = capacity == 0 ? NONE : new AsciiString[2 * capacity];
  }

  /** How many fields there are; a name that came twice counts twice. */
  public int size() {
    return length >> 1;
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return length == 0;
  }

  /** The name of a field by its place, lower case. */
  public AsciiString name(int index) {
    return flat[2 * index];
  }

  /** The value of a field by its place, without white space around it. */
  public AsciiString value(int index) {
    return flat[2 * index + 1];
  }

  /**
   * Adds a field at the end.
   *
   * @param name lower case and valid; one of {@link FieldNames} where it is known there
   */
  public Fields add(AsciiString name, AsciiString value) {
    if (length == flat.length) {
      flat = Arrays.copyOf(flat, Math.max(16, 2 * length));
    }
    flat[length] = name;
    flat[length + 1] = value;
    length += 2;
    return this;
  }

  /** The value of the first field of this name, or null. */
  public @Nullable AsciiString get(AsciiString name) {
    int at = find(name, 0);
    return at < 0 ? null : flat[at + 1];
  }

  /** Whether a field of this name is there. */
  public boolean contains(AsciiString name) {
    return find(name, 0) >= 0;
  }

  /** The place of the first field of this name at or behind a place, or -1. */
  public int indexOf(AsciiString name, int from) {
    int at = find(name, 2 * from);
    return at < 0 ? -1 : at >> 1;
  }

  /** Removes every field of this name. */
  public Fields remove(AsciiString name) {
    int kept = find(name, 0);
    if (kept < 0) {
      return this;
    }
    for (int i = kept; i < length; i += 2) {
      if (!same(flat[i], name)) {
        flat[kept] = flat[i];
        flat[kept + 1] = flat[i + 1];
        kept += 2;
      }
    }
    Arrays.fill(flat, kept, length, null);
    length = kept;
    return this;
  }

  /** Puts one field in place of all of this name. */
  public Fields set(AsciiString name, AsciiString value) {
    return remove(name).add(name, value);
  }

  private int find(AsciiString name, int from) {
    for (int i = from; i < length; i += 2) {
      if (same(flat[i], name)) {
        return i;
      }
    }
    return -1;
  }

  @SuppressWarnings("ReferenceEquality")
  private static boolean same(AsciiString a, AsciiString b) {
    return a == b || (a.length() == b.length() && a.equals(b));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i += 2) {
      text.append(flat[i]).append(": ").append(flat[i + 1]).append('\n');
    }
    return text.toString();
  }
}
