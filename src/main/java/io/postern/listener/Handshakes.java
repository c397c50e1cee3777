package io.postern.listener;

/**
 * What the handshakes of one listener on one event loop have to do with.
 *
 * @param nanos from accept, or the end of the PROXY header, to the end of one
 * @param admission which may begin
 * @param queue where they wait for their turn
 * @param reports told of those that fail
 */
record Handshakes(
    long nanos, HandshakeAdmission admission, HandshakeQueue queue, HandshakeReports reports) {}
