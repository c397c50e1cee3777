package io.postern.fault;

/** A fault on its way up to the boundary that answers it. It has no stack: its reason is enough. */
public final class FaultException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient Fault fault;

  /** Carries the fault. */
  public FaultException(Fault fault) {
    super(fault.describe(), null, false, false);
    this.fault = fault;
  }

  /** A fault with a detail for the log. */
  public FaultException(Reason reason, String detail) {
    this(new Fault(reason, detail));
  }

  /** What happened. */
  public Fault fault() {
    return fault;
  }
}
