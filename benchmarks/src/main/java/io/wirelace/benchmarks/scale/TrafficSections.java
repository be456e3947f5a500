package io.wirelace.benchmarks.scale;

import io.wirelace.benchmarks.scale.LinePlot.Line;
import io.wirelace.benchmarks.scale.LinePlot.Point;
import io.wirelace.benchmarks.scale.LinePlot.Scale;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the page says about fan-out and latency. */
record TrafficSections(Figures figures) {
  List<Section> all() {
    List<Section> sections = new ArrayList<>();
    if (!figures.sizes(Cell.Part.FAN_OUT).isEmpty()) {
      sections.add(fanOut());
    }
    if (!figures.sizes(Cell.Part.LATENCY).isEmpty()) {
      sections.add(latency());
    }
    return sections;
  }

  private Section fanOut() {
    Cell.Part part = Cell.Part.FAN_OUT;
    return new Section(
        "One message to many",
        List.of(
            "`Server.broadcast` of 64 bytes to every session; subscribers' handlers are inline. Alone: one"
                + " message, the next 20 ms after all have it; the time runs from the call to the last"
                + " subscriber's handler. In a row: as many messages under way as make 20,000 deliveries"
                + " (two at least), which is a queue and therefore has its waiting in the times. The"
                + " receivers count the deliveries; a number that is not messages × subscribers fails the"
                + " run."),
        List.of(
            new Tables(figures, part, "subscribers")
                .column("alone, until the last has it: p50 µs", "single_p50_us", 1)
                .column("p99 µs", "single_p99_us", 1)
                .column("max µs", "single_max_us", 1)
                .column("the call itself, mean µs", "single_broadcast_us", 1)
                .column("noise, %", "single_noise", 100)
                .table(),
            new Tables(figures, part, "subscribers")
                .column("in a row: deliveries/s", "flood_rate", 1)
                .column("until the last has it: p50 µs", "flood_p50_us", 1)
                .column("p99 µs", "flood_p99_us", 1)
                .column("server ns a delivery", "flood_server_ns", 1)
                .column("noise, %", "flood_noise", 100)
                .table()),
        List.of(
            new LinePlot(
                "fan-out-time",
                "One message alone: until the last subscriber has it",
                "subscribers",
                "µs",
                Scale.LOGARITHMIC,
                List.of(
                    bySize(part, "p50", "single_p50_us"),
                    bySize(part, "p99", "single_p99_us"),
                    bySize(part, "max", "single_max_us"))),
            new LinePlot(
                "fan-out-rate",
                "Messages in a row: deliveries, counted by the receivers",
                "subscribers",
                "a second",
                Scale.LINEAR,
                List.of(bySize(part, "deliveries a second", "flood_rate")))));
  }

  private Section latency() {
    List<Table> tables = new ArrayList<>();
    tables.add(
        new Tables(figures, Cell.Part.LATENCY, "connections")
            .column("capacity, requests/s", "capacity_rate", 1)
            .column("p50 µs there", "capacity_p50_us", 1)
            .column("p99 µs there", "capacity_p99_us", 1)
            .table());
    List<LinePlot> plots = new ArrayList<>();
    for (int size : figures.sizes(Cell.Part.LATENCY)) {
      tables.add(loads(size));
      plots.add(
          new LinePlot(
              "latency-" + size,
              "Latency, connections: " + Format.count(size),
              "% of capacity",
              "µs from the scheduled time",
              Scale.LOGARITHMIC,
              List.of(
                  byLoad(size, "p50", "p50_us"),
                  byLoad(size, "p99", "p99_us"),
                  byLoad(size, "p99.9", "p999_us"),
                  byLoad(size, "max", "max_us"))));
    }
    return new Section(
        "Latency at shares of capacity",
        List.of(
            "Capacity is what a closed loop comes to with "
                + LatencyRun.DEPTH
                + " requests of 64 bytes in flight in all, on the same connections. Then an open loop:"
                + " requests are due by a schedule of independent arrivals (Poisson) at 10, 50 and 80 % of"
                + " that rate, and latency counts from the time a request was due, so a late sender or a"
                + " full queue is in it. Late is how much of that was the sender itself: it parks between"
                + " arrivals, on processors that it shares with server and clients. A closed loop answers"
                + " in batches, on the event loop; an open one pays more for a request, so 80 % may be more"
                + " than it can hold: then the rate stays under what was asked, and latencies say only"
                + " that a queue grew."),
        tables,
        plots);
  }

  private Table loads(int size) {
    List<List<String>> rows = new ArrayList<>();
    for (int load : LatencyRun.LOADS) {
      String at = "at" + load + "_";
      rows.add(
          List.of(
              Format.count(size) + " at " + load + " %",
              cell(size, at + "offered", 1),
              cell(size, at + "rate", 1),
              cell(size, at + "p50_us", 1),
              cell(size, at + "p99_us", 1),
              cell(size, at + "p999_us", 1),
              cell(size, at + "max_us", 1),
              cell(size, at + "late_p50_us", 1),
              cell(size, at + "server_cores", 1),
              cell(size, at + "noise", 100)));
    }
    return new Table(
        List.of(
            "connections, load",
            "asked/s",
            "answered/s",
            "p50 µs",
            "p99 µs",
            "p99.9 µs",
            "max µs",
            "late, p50 µs",
            "server processors",
            "noise, %"),
        rows);
  }

  private String cell(int size, String number, double factor) {
    Optional<Spread> spread = figures.spread(Cell.Part.LATENCY, size, number);
    return Format.spread(spread.map(each -> each.times(factor)));
  }

  private Line byLoad(int size, String name, String number) {
    List<Point> points = new ArrayList<>();
    for (int load : LatencyRun.LOADS) {
      figures
          .spread(Cell.Part.LATENCY, size, "at" + load + "_" + number)
          .ifPresent(spread -> points.add(new Point(load, spread)));
    }
    return new Line(name, points);
  }

  private Line bySize(Cell.Part part, String name, String number) {
    List<Point> points = new ArrayList<>();
    for (int size : figures.sizes(part)) {
      figures.spread(part, size, number).ifPresent(spread -> points.add(new Point(size, spread)));
    }
    return new Line(name, points);
  }
}
