package io.wirelace.benchmarks.contender;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is measured: {@code oneway:BYTES}, {@code threads:N} (one-way from N threads, 64 bytes),
 * {@code rrDEPTH:BYTES}, {@code manyNxDEPTH:BYTES} (requests on N connections), {@code call:BYTES},
 * {@code connect:N} (N threads connect, call once and close), {@code idle:CONNECTIONS}. One-way
 * messages and requests have bodies that resemble JSON where the name starts with {@code json-}.
 *
 * @param kind which of them
 * @param bodyBytes bytes of each body
 * @param parallel sending threads, requests in flight on a connection, or connections
 * @param connections connections that requests are in flight on
 * @param content what bodies hold
 */
public record Workload(
    Kind kind, int bodyBytes, int parallel, int connections, Bodies.Content content) {
  private static final String JSON = "json-";
  private static final int USUAL_BODY_BYTES = 64;
  private static final Pattern FORM =
      Pattern.compile(
          "(oneway|threads|call|connect|idle|(?:rr|many(\\d{1,4})x)(\\d{1,5})):(\\d{1,8})");

  /** The kinds of workload. */
  public enum Kind {
    /** Messages without an answer, counted by the receiver. */
    ONE_WAY,
    /** Requests in flight on each of some connections, driven by callbacks. */
    REQUESTS,
    /** One application thread that waits for each answer. */
    CALL,
    /** Connections made, used once and closed. */
    CONNECT,
    /** Connections that do nothing, and what each costs the server. */
    IDLE
  }

  private Workload(Kind kind, int bodyBytes, int parallel) {
    this(kind, bodyBytes, parallel, 1, Bodies.Content.PLAIN);
  }

  /** Reads a workload's name. */
  public static Workload parse(String name) {
    if (!name.startsWith(JSON)) {
      return parsePlain(name);
    }
    Workload of = parsePlain(name.substring(JSON.length()));
    if (of.kind != Kind.ONE_WAY && of.kind != Kind.REQUESTS) {
      throw new IllegalArgumentException(
          "workload: " + name + " (expected json-oneway:1024 or json-rr16:1024)");
    }
    return new Workload(of.kind, of.bodyBytes, of.parallel, of.connections, Bodies.Content.JSON);
  }

  private static Workload parsePlain(String name) {
    Matcher form = FORM.matcher(name);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "workload: "
              + name
              + " (expected oneway:64, threads:4, rr256:64, many50x16:64, call:64, connect:4, idle:10000)");
    }
    int number = Integer.parseInt(form.group(4));
    Workload workload =
        switch (form.group(1)) {
          case "oneway" -> new Workload(Kind.ONE_WAY, number, 1);
          case "threads" -> new Workload(Kind.ONE_WAY, USUAL_BODY_BYTES, number);
          case "call" -> new Workload(Kind.CALL, number, 1);
          case "connect" -> new Workload(Kind.CONNECT, USUAL_BODY_BYTES, number);
          case "idle" -> new Workload(Kind.IDLE, USUAL_BODY_BYTES, number);
          default ->
              new Workload(
                  Kind.REQUESTS,
                  number,
                  Integer.parseInt(form.group(3)),
                  form.group(2) == null ? 1 : Integer.parseInt(form.group(2)),
                  Bodies.Content.PLAIN);
        };
    if (workload.bodyBytes < Bodies.LEAST_BYTES
        || workload.parallel < 1
        || workload.connections < 1) {
      throw new IllegalArgumentException("workload: " + name + " (too small)");
    }
    return workload;
  }
}
