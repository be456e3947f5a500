package io.wirelace.benchmarks.compare;

import io.wirelace.benchmarks.contender.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a study wants to hold. */
sealed interface Target {
  /** In words. */
  String what();

  /** What came of it. */
  Verdict judge(Summary summary);

  /** Whether it cannot be judged without this one. */
  boolean needs(String contender, String workload);

  /** Whether a target is held. What a run did not cover is never held. */
  enum Held {
    /** It is. */
    YES,
    /** It is not. */
    NO,
    /** Nobody knows: not all that it is about was measured. */
    UNKNOWN
  }

  /**
   * What came of a target.
   *
   * @param measured in words
   */
  record Verdict(String measured, Held held) {
    private static final Verdict NOT_MEASURED = new Verdict("not measured", Held.UNKNOWN);
  }

  /** A ratio of rates that must be reached. */
  static Target rate(String what, String contender, String workload, String of, double least) {
    return new Limit(what, new Figure(contender, workload, "rate"), of, workload, least, false);
  }

  /** A ratio of a contender's rates under two workloads that must be reached. */
  static Target ownRate(
      String what, String contender, String workload, String ofWorkload, double least) {
    Figure number = new Figure(contender, workload, "rate");
    return new Limit(what, number, contender, ofWorkload, least, false);
  }

  /** A ratio of median times that must not be passed. */
  static Target p50(String what, String contender, String workload, String of, double most) {
    return new Limit(what, new Figure(contender, workload, "p50_us"), of, workload, most, true);
  }

  /** A ratio of times that 1 % are over, which must not be passed. */
  static Target p99(String what, String contender, String workload, String of, double most) {
    return new Limit(what, new Figure(contender, workload, "p99_us"), of, workload, most, true);
  }

  /** Bytes that must not be passed. */
  static Target bytes(String what, String contender, String workload, double most) {
    return new Limit(what, new Figure(contender, workload, "bytes"), "", workload, most, true);
  }

  /** Ahead of the best of the peers under each workload that one of them does. */
  static Target ahead(String what, String contender, List<String> workloads) {
    return new Ahead(what, contender, workloads);
  }

  /**
   * A number of a cell.
   *
   * @param name which: rate, p50_us, bytes and so on
   */
  record Figure(String contender, String workload, String name) {
    Optional<Double> median(Summary summary) {
      return summary.median(contender, workload, name);
    }
  }

  /**
   * A limit on a number, by itself or as a ratio to another's.
   *
   * @param of the contender whose number it is divided by, or empty for the number itself
   * @param ofWorkload that contender's workload
   * @param atMost whether the limit is an upper one
   */
  record Limit(
      String what, Figure number, String of, String ofWorkload, double limit, boolean atMost)
      implements Target {
    @Override
    public boolean needs(String contender, String workload) {
      return (contender.equals(number.contender()) && workload.equals(number.workload()))
          || (contender.equals(of) && workload.equals(ofWorkload));
    }

    @Override
    public Verdict judge(Summary summary) {
      Optional<Double> base =
          of.isEmpty()
              ? Optional.of(1.0)
              : new Figure(of, ofWorkload, number.name()).median(summary);
      String format = of.isEmpty() ? "%,.0f bytes" : "%.2f ×";
      return number
          .median(summary)
          .flatMap(value -> base.map(b -> value / b))
          .map(value -> new Verdict(String.format(Locale.ROOT, format, value), held(value)))
          .orElse(Verdict.NOT_MEASURED);
    }

    private Held held(double value) {
      return (atMost ? value <= limit : value >= limit) ? Held.YES : Held.NO;
    }
  }

  /** One contender ahead of the best of the peers everywhere. */
  record Ahead(String what, String contender, List<String> workloads) implements Target {
    @Override
    public boolean needs(String one, String workload) {
      return (one.equals(contender) || Entrant.PEERS.contains(one)) && workloads.contains(workload);
    }

    @Override
    public Verdict judge(Summary summary) {
      int measured = 0;
      List<String> behind = new ArrayList<>();
      for (String workload : workloads) {
        String number = Workload.parse(workload).kind() == Workload.Kind.IDLE ? "bytes" : "rate";
        Optional<Lead> lead = Lead.of(summary, contender, workload, number);
        if (lead.isPresent()) {
          measured++;
          lead.filter(l -> !l.ahead()).ifPresent(l -> behind.add(workload + ": " + l.ratioText()));
        }
      }
      if (measured == 0) {
        return Verdict.NOT_MEASURED;
      }
      String text =
          (measured - behind.size())
              + " of "
              + workloads.size()
              + (measured < workloads.size()
                  ? ", " + (workloads.size() - measured) + " not measured"
                  : "")
              + (behind.isEmpty() ? "" : "; behind at " + String.join(", ", behind));
      return new Verdict(text, held(measured, behind));
    }

    private Held held(int measured, List<String> behind) {
      if (!behind.isEmpty()) {
        return Held.NO;
      }
      return measured == workloads.size() ? Held.YES : Held.UNKNOWN;
    }
  }
}
