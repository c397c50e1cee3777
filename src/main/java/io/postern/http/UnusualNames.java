package io.postern.http;

import io.postern.fault.FaultException;
import io.postern.fault.Reason;

/**
 * What becomes of fields whose names have more than letters, digits and hyphens. They are valid,
 * and metadata of S3 has them; but servers that make variables of names take some for others (RFC
 * 9110 §17.10).
 */
public enum UnusualNames {
  /** They go on, as the client wrote them. */
  PASS,
  /** They go no further. */
  DROP,
  /** A request with one is malformed. */
  REFUSE;

  /**
   * Applies it to the fields of a head.
   *
   * @throws FaultException where the request is refused
   */
  void applyTo(Fields fields) {
    for (int i = this == PASS ? fields.size() : 0; i < fields.size(); ) {
      if (FieldNames.isPlain(fields.name(i))) {
        i++;
      } else if (this == DROP) {
        fields.remove(fields.name(i)); // all of the name, and none of it stood before this one
      } else {
        throw new FaultException(
            Reason.MALFORMED_REQUEST, "an unusual name: " + FieldRules.show(fields.name(i)));
      }
    }
  }
}
