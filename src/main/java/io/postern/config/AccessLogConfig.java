package io.postern.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The access log. */
public record AccessLogConfig(
    Place place,
    @Default("json")
        @Doc(
            "How a line is written: an object of JSON, or as HAProxy does with `option httplog`, for programs that read that.")
        Format format,
    @Default("stdout") @Doc("Where lines go; with `none` there are none.") Target to,
    @Doc("The file, with `to: file`; opened anew on SIGUSR1.") @Nullable Path file,
    @Default("{}") @Doc("With `to: syslog`, who takes each line as a message.") SyslogConfig syslog,
    @NonEmpty @Doc("What stands in a line of JSON, in the order of this row; left out, all of it.")
        @Nullable List<Field> fields,
    @Default("{}") @Doc("What is not told.") RedactConfig redact,
    @Default("100%")
        @Doc(
            "How many of the exchanges in which nothing failed have a line, drawn by lot; all others have one. With `format: json`.")
        Share sample) {

  /** How a line is written. */
  public enum Format {
    JSON,
    HAPROXY
  }

  /** Where lines go. */
  public enum Target {
    STDOUT,
    FILE,
    SYSLOG,
    NONE
  }

  /** What a line of JSON can say, in the order in which it says it. */
  public enum Field {
    TIME,
    CLIENT,
    @Written("clientPort")
    CLIENT_PORT,
    VPCE,
    TENANT,
    LISTENER,
    SNI,
    @Written("tlsVersion")
    TLS_VERSION,
    @Written("tlsCipher")
    TLS_CIPHER,
    @Written("tlsGroup")
    TLS_GROUP,
    JA4,
    @Written("certificateSubject")
    CERTIFICATE_SUBJECT,
    @Written("certificateNames")
    CERTIFICATE_NAMES,
    @Written("certificateSerial")
    CERTIFICATE_SERIAL,
    @Written("certificateFingerprint")
    CERTIFICATE_FINGERPRINT,
    @Written("requestId")
    REQUEST_ID,
    PROTOCOL,
    METHOD,
    AUTHORITY,
    PATH,
    STATUS,
    @Written("grpcStatus")
    GRPC_STATUS,
    UPGRADE,
    @Written("bytesReceived")
    BYTES_RECEIVED,
    @Written("bytesSent")
    BYTES_SENT,
    ROUTE,
    POOL,
    SERVER,
    ATTEMPTS,
    @Written("queuePlace")
    QUEUE_PLACE,
    @Written("Tq")
    REQUEST_TIME,
    @Written("Tw")
    QUEUE_TIME,
    @Written("Ts")
    SHAPED_TIME,
    @Written("Tc")
    CONNECT_TIME,
    @Written("Tr")
    RESPONSE_TIME,
    @Written("Td")
    DATA_TIME,
    @Written("Ta")
    ACTIVE_TIME,
    TERMINATION,
    CAUSE;

    /** Its name in the file and in the line. */
    @Override
    public String toString() {
      return ScalarType.written(this);
    }
  }

  /** What is not told: the log has no fields of messages, so that is of the request target. */
  public record RedactConfig(
      Place place,
      @Default("[]") @Doc("Names of query parameters, in any case, whose values are written `***`.")
          List<String> query) {}
}
