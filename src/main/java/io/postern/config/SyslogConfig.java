package io.postern.config;

import org.jspecify.annotations.Nullable;

/** Where messages of syslog go, and what they say of themselves. */
public record SyslogConfig(
    Place place,
    @Default("unix:/dev/log")
        @Doc(
            "Who takes them: `udp://HOST:PORT`, `tcp://HOST:PORT` (each message behind its length, RFC 6587) or `unix:PATH`.")
        SyslogServer server,
    @Doc(
            "How a message begins: as RFC 5424 has it, or as programs of the same machine do, `Nov 28 10:02:11 postern[17]:`. Left out, `local` with `unix:`, since that is what journald and rsyslog read there, else `rfc5424`.")
        @Nullable Format format,
    @Default("local0") @Doc("What kind of program sends them.") Facility facility,
    @Default("info") @Doc("How much they matter.") Severity severity,
    @Default("postern")
        @Matches(regex = "[!-~]{1,48}", expected = "a name of 1 to 48 visible characters of ASCII")
        @Doc("The name of the program that sends them.")
        String appName) {

  /** How a message begins. */
  public enum Format {
    RFC5424,
    LOCAL
  }

  /** What kind of program sends a message: in the order of their codes (RFC 5424 §6.2.1). */
  public enum Facility {
    KERN,
    USER,
    MAIL,
    DAEMON,
    AUTH,
    SYSLOG,
    LPR,
    NEWS,
    UUCP,
    CRON,
    AUTHPRIV,
    FTP,
    NTP,
    AUDIT,
    ALERT,
    CLOCK,
    LOCAL0,
    LOCAL1,
    LOCAL2,
    LOCAL3,
    LOCAL4,
    LOCAL5,
    LOCAL6,
    LOCAL7
  }

  /** How much a message matters: in the order of their codes (RFC 5424 §6.2.1). */
  public enum Severity {
    EMERG,
    ALERT,
    CRIT,
    ERR,
    WARNING,
    NOTICE,
    INFO,
    DEBUG
  }

  /** How a message begins, where that is left out as well. */
  public Format begins() {
    if (format != null) {
      return format;
    }
    return server instanceof SyslogServer.Unix ? Format.LOCAL : Format.RFC5424;
  }

  /** The number before each message, of both. */
  @SuppressWarnings("EnumOrdinal") // The order is that of the RFC.
  public int priority() {
    return 8 * facility.ordinal() + severity.ordinal();
  }
}
