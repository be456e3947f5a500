package io.wirelace.benchmarks.contender;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is measured: {@code oneway:BYTES}, {@code threads:N} (one-way from N threads, 64 bytes),
 * {@code rrDEPTH:BYTES}, {@code call:BYTES}, {@code connect:N} (N threads connect, call once and
 * close), {@code idle:CONNECTIONS}.
 *
 * @param kind which of them
 * @param bodyBytes bytes of each body
 * @param parallel sending threads, requests in flight, or connections
 */
public record Workload(Kind kind, int bodyBytes, int parallel) {
  private static final int USUAL_BODY_BYTES = 64;
  private static final Pattern FORM =
      Pattern.compile("(oneway|threads|call|connect|idle|rr(\\d{1,5})):(\\d{1,8})");

  /** The kinds of workload. */
  public enum Kind {
    /** Messages without an answer, counted by the receiver. */
    ONE_WAY,
    /** Requests in flight on one connection, driven by callbacks. */
    REQUESTS,
    /** One application thread that waits for each answer. */
    CALL,
    /** Connections made, used once and closed. */
    CONNECT,
    /** Connections that do nothing, and what each costs the server. */
    IDLE
  }

  /** Reads a workload's name. */
  public static Workload parse(String name) {
    Matcher form = FORM.matcher(name);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "workload: "
              + name
              + " (expected oneway:64, threads:4, rr256:64, call:64, connect:4, idle:10000)");
    }
    int number = Integer.parseInt(form.group(3));
    Workload workload =
        switch (form.group(1)) {
          case "oneway" -> new Workload(Kind.ONE_WAY, number, 1);
          case "threads" -> new Workload(Kind.ONE_WAY, USUAL_BODY_BYTES, number);
          case "call" -> new Workload(Kind.CALL, number, 1);
          case "connect" -> new Workload(Kind.CONNECT, USUAL_BODY_BYTES, number);
          case "idle" -> new Workload(Kind.IDLE, USUAL_BODY_BYTES, number);
          default -> new Workload(Kind.REQUESTS, number, Integer.parseInt(form.group(2)));
        };
    if (workload.bodyBytes < Bodies.LEAST_BYTES || workload.parallel < 1) {
      throw new IllegalArgumentException("workload: " + name + " (too small)");
    }
    return workload;
  }
}
