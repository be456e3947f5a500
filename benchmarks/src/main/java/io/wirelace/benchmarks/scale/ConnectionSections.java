package io.wirelace.benchmarks.scale;

import io.wirelace.benchmarks.scale.LinePlot.Line;
import io.wirelace.benchmarks.scale.LinePlot.Point;
import io.wirelace.benchmarks.scale.LinePlot.Scale;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the page says about connections and their heartbeats. */
record ConnectionSections(Figures figures) {
  private static final Cell.Part PART = Cell.Part.CONNECTIONS;
  private static final int USUAL_HEARTBEAT_S = 15;

  List<Section> all() {
    List<Section> sections = new ArrayList<>();
    if (!figures.sizes(PART).isEmpty()) {
      sections.add(memory());
      sections.add(kernel());
      sections.add(opening());
      sections.add(processors());
    }
    if (!figures.sizes(Cell.Part.HEARTBEAT).isEmpty()) {
      sections.add(heartbeats());
    }
    return sections;
  }

  private Section memory() {
    return new Section(
        "Memory of the server for each connection",
        List.of(
            "Bytes, the server's alone, over what it held before; heap and direct memory after three full"
                + " collections. Fresh: each connection has carried one request of 64 bytes, two seconds"
                + " ago. Idle: 30 s later, two heartbeats further. Busy: after a request a second on each."
                + " Resident is what the kernel counts for the process: it includes pages that the"
                + " collector has gone through and keeps, so it overstates what a connection needs."),
        List.of(
            new Tables(figures, PART, "connections")
                .column("heap, fresh", "fresh_heap", 1)
                .column("heap, idle", "idle_heap", 1)
                .column("heap, busy", "busy_heap", 1)
                .column("direct, fresh", "fresh_direct", 1)
                .column("direct, idle", "idle_direct", 1)
                .column("direct, busy", "busy_direct", 1)
                .column("resident, idle", "idle_resident", 1)
                .column("resident, busy", "busy_resident", 1)
                .column("a client's heap", "client_heap", 1)
                .table()),
        List.of(
            plot(
                "memory",
                "Heap and direct memory",
                "bytes a connection, server",
                Scale.LINEAR,
                line("heap, idle", "idle_heap", 1),
                line("heap, busy", "busy_heap", 1),
                line("direct, idle", "idle_direct", 1),
                line("direct, busy", "busy_direct", 1))));
  }

  private Section kernel() {
    return new Section(
        "Memory of the kernel for each connection",
        List.of(
            "Bytes for both ends, since both are on this machine: one server has about half. Slab is all"
                + " that the kernel holds in small objects; the caches are where most of that is: the"
                + " socket itself (`TCPv6`: a listener on `*` takes both families), its inode, its file,"
                + " its place in epoll. Socket buffers are empty while nobody sends. Available is by how"
                + " much MemAvailable fell: kernel, server and clients together."),
        List.of(
            new Tables(figures, PART, "connections")
                .column("slab", "kernel_slab", 1)
                .column("sockets", "kernel_slab_TCPv6", 1)
                .column("inodes", "kernel_slab_sock_inode_cache", 1)
                .column("files", "kernel_slab_filp", 1)
                .column("dentries", "kernel_slab_dentry", 1)
                .column("epoll", "kernel_slab_eventpoll_epi", 1)
                .column("socket buffers", "kernel_tcp", 1)
                .column("available", "kernel_available", -1)
                .column("files of the server", "files", 1)
                .table()),
        List.of());
  }

  private Section opening() {
    return new Section(
        "Opening connections",
        List.of(
            "Connections connected and greeted a second, with 64 under way in each client process; the"
                + " server's own count of sessions is checked afterwards. The clients share the"
                + " processors with the server, and take more of them."),
        List.of(
            new Tables(figures, PART, "connections")
                .column("opened/s", "accept_rate", 1)
                .column("server µs each", "accept_server_us", 1)
                .column("server processors", "accept_server_cores", 1)
                .column("client processors", "accept_client_cores", 1)
                .column("noise, %", "accept_noise", 100)
                .table()),
        List.of(
            plot(
                "opening",
                "Connections opened",
                "a second",
                Scale.LINEAR,
                line("opened a second", "accept_rate", 1))));
  }

  private Section processors() {
    return new Section(
        "Processors, idle and busy",
        List.of(
            "In thousandths of one processor, kernel included. Idle: heartbeats every 15 s from both sides,"
                + " as by default. Busy: each connection sends a request of 64 bytes a second on average,"
                + " by a schedule; latency counts from the scheduled time."),
        List.of(
            new Tables(figures, PART, "connections")
                .column("server, idle", "idle_server_cores", 1000)
                .column("clients, idle", "idle_client_cores", 1000)
                .column("noise, %", "idle_noise", 100)
                .column("server, busy", "busy_server_cores", 1000)
                .column("clients, busy", "busy_client_cores", 1000)
                .table(),
            new Tables(figures, PART, "connections")
                .column("requests/s", "busy_rate", 1)
                .column("server µs each", "busy_server_us", 1)
                .column("p50 µs", "busy_p50_us", 1)
                .column("p99 µs", "busy_p99_us", 1)
                .column("p99.9 µs", "busy_p999_us", 1)
                .column("max µs", "busy_max_us", 1)
                .column("noise, %", "busy_noise", 100)
                .table()),
        List.of(
            plot(
                "processors",
                "Processor time of the server",
                "thousandths of one processor",
                Scale.LOGARITHMIC,
                line("idle", "idle_server_cores", 1000),
                line("busy, 1 request/s each", "busy_server_cores", 1000))));
  }

  /** The usual interval is measured with the connections; here it stands beside the others. */
  private Section heartbeats() {
    List<List<String>> rows = new ArrayList<>();
    for (int size : figures.sizes(Cell.Part.HEARTBEAT)) {
      rows.add(row(size == 0 ? "off" : size + " s", Cell.Part.HEARTBEAT, size));
    }
    int usual = Cell.HEARTBEAT_CONNECTIONS;
    if (figures.spread(PART, usual, "idle_server_cores").isPresent()) {
      rows.add(row(USUAL_HEARTBEAT_S + " s (default)", PART, usual));
    }
    return new Section(
        "What heartbeats cost",
        List.of(
            Format.count(usual)
                + " idle connections, the interval set on both sides; thousandths of one processor. Each"
                + " side probes each connection once an interval and answers the other's probe."),
        List.of(new Table(List.of("interval", "server", "clients", "noise, %", "runs"), rows)),
        List.of());
  }

  private List<String> row(String name, Cell.Part part, int size) {
    Optional<Spread> server = figures.spread(part, size, "idle_server_cores");
    return List.of(
        name,
        Format.spread(server.map(each -> each.times(1000))),
        Format.spread(
            figures.spread(part, size, "idle_client_cores").map(each -> each.times(1000))),
        Format.spread(figures.spread(part, size, "idle_noise").map(each -> each.times(100))),
        Integer.toString(server.map(Spread::runs).orElse(0)));
  }

  private static LinePlot plot(
      String name, String title, String yLabel, Scale scale, Line... lines) {
    return new LinePlot(name, title, "connections", yLabel, scale, List.of(lines));
  }

  private Line line(String name, String number, double factor) {
    List<Point> points = new ArrayList<>();
    for (int size : figures.sizes(PART)) {
      figures
          .spread(PART, size, number)
          .ifPresent(spread -> points.add(new Point(size, spread.times(factor))));
    }
    return new Line(name, points);
  }
}
