package io.wirelace.error;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The registry of error codes (wire specification, section 6). A code is the same number in the
 * exception, the {@link Result}, the ERROR frame, the log, the metric label and {@code lace error}.
 */
public enum ErrorCode {
  /** A parameter has a value that the called method does not take. */
  INVALID_ARGUMENT(
      -1,
      false,
      "an argument has a value that is not allowed",
      "the calling code passed it",
      "read the message: it names the value and what was expected"),
  /** A registration of the same name exists. */
  ALREADY_EXISTS(
      -7,
      false,
      "something of that name is registered already",
      "the same route was registered twice",
      "remove one of the two registrations"),
  /** Wirelace itself failed. */
  INTERNAL_ERROR(
      -99,
      false,
      "Wirelace itself failed",
      "a defect in Wirelace or in an extension plugged into it",
      "report it with the log around it"),

  /** No connection came about, for another reason than refusal or time. */
  CONNECTION_FAILED(
      -600,
      true,
      "the connection could not be made",
      "the host name does not resolve, or there is no way to it",
      "check host and network; then try again"),
  /** Nothing listens there. */
  CONNECTION_REFUSED(
      -601,
      true,
      "the peer refused the connection",
      "nothing listens at that address and port",
      "check that the server runs and listens there: its first lines say where"),
  /** No answer to the attempt to connect within the connect timeout. */
  CONNECTION_TIMEOUT(
      -602,
      true,
      "the connection was not made in time",
      "a firewall drops the packets, or the peer is overloaded",
      "check the way to the peer, or raise the client's connectTimeout"),
  /** The connection ended while something was under way. */
  CONNECTION_CLOSED(
      -603,
      true,
      "the connection is closed",
      "the peer or the network ended it, or this side called close()",
      "connect again; a request without an answer may have run or not"),
  /** A circuit breaker is open. */
  CIRCUIT_OPEN(
      -604,
      true,
      "the circuit breaker is open",
      "recent calls to this peer failed",
      "wait for retry-after and try again"),
  /** The peer broke the wire protocol. */
  PROTOCOL_ERROR(
      -605,
      false,
      "the peer broke the wire protocol",
      "it speaks another protocol, or uses a feature that was not agreed",
      "check that both ends speak lace/1; the text says which rule was broken"),
  /** No protocol version in common. */
  UNSUPPORTED_VERSION(
      -606,
      false,
      "the server does not speak that protocol version",
      "client and server are too far apart in age",
      "use a version that the text of the error names"),
  /** TLS failed. */
  TLS_FAILED(
      -607,
      false,
      "TLS failed",
      "a certificate that is expired, unknown or for another host; plaintext on a TLS port",
      "the text names the check that failed"),
  /** The secure channel's handshake failed. */
  HANDSHAKE_FAILED(
      -608, false, "the handshake failed", "keys do not match", "check the keys of both ends"),
  /** The server holds as many connections as it may. */
  CONNECTION_LIMIT(
      -609,
      true,
      "the server has as many connections as it may have",
      "max-connections is reached",
      "try again later, close idle clients, or raise max-connections"),
  /** Nothing arrived for too long. */
  IDLE_TIMEOUT(
      -610,
      true,
      "nothing arrived for too long",
      "the peer is silent, or stopped in the middle of a frame",
      "send heartbeats, or raise idle-timeout or read-timeout"),
  /** The peer did not answer heartbeats. */
  HEARTBEAT_TIMEOUT(
      -611,
      true,
      "the peer did not answer heartbeats",
      "the network is gone, or the peer hangs",
      "connect again; look at the peer's threads and the network"),
  /** The peer is leaving. */
  GOING_AWAY(
      -612,
      true,
      "the peer is leaving",
      "it is being shut down or moved",
      "connect again, to the endpoint it names if it names one"),
  /** No pooled connection was free in time. */
  POOL_EXHAUSTED(
      -613,
      true,
      "no connection of the pool was free in time",
      "more calls at once than the pool has connections",
      "raise the pool's size, or call less at once"),
  /** Nothing here serves that URI scheme. */
  UNSUPPORTED_TRANSPORT(
      -614,
      false,
      "there is no transport for that URI scheme",
      "a typing mistake, or the transport's module is not on the class path",
      "use one of the schemes that the message lists, or add the module"),

  /** No session of that id. */
  SESSION_NOT_FOUND(
      -620,
      false,
      "there is no session of that id",
      "it has ended, or the id is wrong",
      "list the sessions"),
  /** The session's time to resume is over. */
  SESSION_EXPIRED(
      -621, false, "the session is over", "it was not resumed in time", "start a new one"),
  /** The session is not in a state for this. */
  INVALID_SESSION(
      -622,
      false,
      "the session cannot do that in its present state",
      "it is being closed, or was never opened",
      "open a new session"),
  /** The server wants to know who is asking. */
  AUTHENTICATION_REQUIRED(
      -623,
      false,
      "the server asks for authentication",
      "no token was sent",
      "connect with a token"),
  /** The token was not accepted. */
  AUTHENTICATION_FAILED(
      -624, false, "authentication failed", "a wrong or expired token", "get a fresh token"),
  /** Not allowed. */
  PERMISSION_DENIED(
      -625,
      false,
      "this session may not do that",
      "its identity lacks the permission",
      "ask for the permission"),
  /** Too many calls in too little time. */
  RATE_LIMITED(
      -626,
      true,
      "too many messages in too little time",
      "the rate limit of this session is reached",
      "wait for retry-after"),
  /** The server holds as many sessions as it may. */
  SESSION_LIMIT(
      -627,
      true,
      "there are as many sessions as there may be",
      "the limit of sessions is reached",
      "try again later, or raise the limit"),

  /** A message could not be sent. */
  SEND_FAILED(
      -640,
      true,
      "the message could not be sent",
      "the connection failed underneath",
      "connect again and send again"),
  /** A message could not be received. */
  RECEIVE_FAILED(
      -641, true, "receiving failed", "the connection failed underneath", "connect again"),
  /** The message is larger than the limit. */
  MESSAGE_TOO_LARGE(
      -642,
      false,
      "the message is larger than allowed",
      "max-frame-bytes of either end is smaller",
      "send it in pieces, or raise max-frame-bytes on both ends"),
  /** No answer in time. */
  REQUEST_TIMEOUT(
      -643,
      true,
      "there was no answer in time",
      "the handler is slow, or the peer is overloaded",
      "raise the timeout, or look at the handler; it may have run"),
  /** The call was cancelled. */
  CANCELLED(
      -644,
      false,
      "the call was cancelled",
      "the caller cancelled it, or its thread was interrupted",
      "nothing, where that was meant"),
  /** The peer has no handler for the route. */
  NO_ROUTE(
      -645,
      false,
      "the peer has no handler for that route",
      "a typing mistake, or the handler was not registered",
      "compare the route with those that the server registers"),
  /** The handler threw. */
  HANDLER_FAILED(
      -646,
      false,
      "the handler failed",
      "it threw an exception: the server's log has it",
      "look into the server's log; reveal-errors shows the message to callers"),
  /** A queue is full. */
  QUEUE_FULL(
      -647,
      true,
      "a queue is full",
      "messages come faster than the receiver takes them",
      "send slower, use send() (which waits), or raise the queue's bound"),
  /** The message does not decode. */
  DECODE_FAILED(
      -648,
      false,
      "the message cannot be decoded",
      "a malformed route or header block, bad UTF-8, or a body that its codec does not take",
      "check what the sender encodes"),
  /** The body does not inflate. */
  DECOMPRESSION_FAILED(
      -649,
      false,
      "the body cannot be decompressed",
      "damaged data, an unknown algorithm, or more than max-frame-bytes when inflated",
      "check what the sender compresses; send it uncompressed to compare"),
  /** A sealed frame does not open. */
  DECRYPTION_FAILED(
      -650,
      false,
      "a sealed frame does not open",
      "wrong keys or damaged data",
      "run the handshake again"),
  /** A sealed frame came twice. */
  REPLAY_DETECTED(
      -651, false, "a sealed frame came twice", "somebody replays traffic", "close the connection"),
  /** The id of a request is in use, or is 0. */
  DUPLICATE_REQUEST_ID(
      -652,
      false,
      "the request's id is in use, or is 0",
      "the sender reuses an id before it was answered",
      "number requests 1, 2, 3 …"),

  /** Not started. */
  SERVER_NOT_STARTED(
      -660,
      false,
      "the server is not started",
      "start() was not called, or failed",
      "call start() first"),
  /** Started before. */
  SERVER_ALREADY_RUNNING(
      -661,
      false,
      "the server runs already",
      "start() was called twice",
      "call start() once; build a second server for a second start"),
  /** The address cannot be listened on. */
  BIND_FAILED(
      -662,
      false,
      "the address cannot be listened on",
      "another program uses the port, another server the memory:// name, or the address is not this"
          + " machine's",
      "stop the other one, or choose another port (0 takes any free one) or name"),
  /** The server is being shut down. */
  SERVER_STOPPING(
      -663,
      true,
      "the server is shutting down",
      "close() was called, or the program got SIGTERM",
      "connect to another server, or again later"),
  /** A setting cannot be used. */
  INVALID_CONFIG(
      -664,
      false,
      "a setting cannot be used",
      "an unknown name or a value out of range",
      "the message names the setting, its value and what is expected");

  private static final Map<Integer, ErrorCode> BY_NUMBER =
      Arrays.stream(values()).collect(Collectors.toMap(ErrorCode::number, Function.identity()));

  private final int number;
  private final boolean retryable;
  private final String meaning;
  private final String cause;
  private final String remedy;

  ErrorCode(int number, boolean retryable, String meaning, String cause, String remedy) {
    this.number = number;
    this.retryable = retryable;
    this.meaning = meaning;
    this.cause = cause;
    this.remedy = remedy;
  }

  /** The code's number, negative, as on the wire. */
  public int number() {
    return number;
  }

  /** The code's name in lower case with underscores, as in the registry: {@code no_route}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether the same call may succeed later, or elsewhere. */
  public boolean retryable() {
    return retryable;
  }

  /** One clause: what it means. */
  public String meaning() {
    return meaning;
  }

  /** One clause: the likely cause. */
  public String likelyCause() {
    return cause;
  }

  /** One clause: what to do. */
  public String remedy() {
    return remedy;
  }

  /** The code of that number, if the registry has it; the sign may be left out. */
  public static Optional<ErrorCode> of(int number) {
    return Optional.ofNullable(BY_NUMBER.get(number > 0 ? -number : number));
  }
}
