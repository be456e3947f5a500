/**
 * QUIC, for servers and clients: {@code quic://}. The session is the connection; its frames are a
 * byte stream on each bidirectional stream that the client opens.
 *
 * <p>What order is promised: requests, notifications and all else that the session says in its own
 * name (greeting, CANCEL, GOAWAY, errors about the connection) go on the first stream, in the order
 * in which they were written. Only answers leave it: to the stream that asked, or, if large, to one
 * with nothing to do. A CANCEL and the answer that it comes too late for may so pass each other, as
 * on any transport; an end of the session comes after everything, because it is the end of all
 * streams.
 *
 * <p>Threads: as {@link io.wirelace.transport} says; all streams of a connection, and all
 * connections of a UDP socket, are on one event loop.
 */
@NullMarked
package io.wirelace.quic;

import org.jspecify.annotations.NullMarked;
