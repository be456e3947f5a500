package io.wirelace.cli;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lace cert}: certificates for development, and a look at any. */
@Command(
    name = "cert",
    description = "Make certificates for development, or look at one.",
    synopsisHeading = "Usage: ",
    customSynopsis = {
      "lace cert ca [--name NAME] [OPTIONS]",
      "       lace cert server [--san NAME]... [OPTIONS]",
      "       lace cert client NAME [OPTIONS]",
      "       lace cert show FILE|URI [--json]"
    },
    footer = {
      "",
      "Examples:",
      "  lace cert server                      a CA, and a certificate for localhost",
      "  lace cert client alice                a certificate for a client",
      "  lace cert show tls://localhost:7420   what a server shows, and its pin"
    })
final class CertCommand implements Callable<Integer> {
  private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "::1");
  private static final int MOST_DAYS = 3650;

  private final Terminal terminal;
  private final Clock clock = Clock.systemUTC();

  @Parameters(
      index = "0",
      paramLabel = "ca|server|client|show",
      description = {
        "ca makes a CA: ca.pem, ca.key.",
        "server makes a certificate for a server, and a CA first if there is none.",
        "client makes one for a client of that NAME.",
        "show prints what is in a FILE, or what a server at a URI shows."
      })
  private String what;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NAME|FILE|URI",
      description = "The client's name, or what to show.")
  private @Nullable String subject;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "certs",
      description = "Where the files are (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "What the CA or the server's certificate is called.")
  private @Nullable String name;

  @Option(
      names = "--san",
      paramLabel = "NAME",
      split = ",",
      description = "A host name or address of the server; repeatable (default: loopback's).")
  private @Nullable List<String> sans;

  @Option(
      names = "--days",
      paramLabel = "N",
      description = "How long it is valid (default: 90, a CA 365).")
  private @Nullable Integer days;

  @Option(names = "--force", description = "Overwrite files that are there.")
  private boolean force;

  @Option(names = "--json", description = "Print one JSON object a certificate.")
  private boolean json;

  CertCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (days != null && (days < 1 || days > MOST_DAYS)) {
      throw usage("--days " + days + " (expected 1 to " + MOST_DAYS + ")");
    }
    switch (what) {
      case "ca" -> {
        requireNoSubject();
        makeCa();
      }
      case "server" -> {
        requireNoSubject();
        makeServer();
      }
      case "client" -> makeClient();
      case "show" -> show();
      default ->
          throw usage(
              what
                  + " (expected ca, server, client or show"
                  + Nearest.hint(what, List.of("ca", "server", "client", "show"))
                  + ")");
    }
    return ExitCode.OK.status();
  }

  private static CommandFailed usage(String message) {
    return new CommandFailed(ExitCode.USAGE, message);
  }

  private void requireNoSubject() {
    if (subject != null) {
      throw usage(subject + ": lace cert " + what + " takes no name here (expected --name)");
    }
  }

  private CertificateFiles files() {
    return new CertificateFiles(out, force);
  }

  private Duration validity(int otherwise) {
    return Duration.ofDays(days == null ? otherwise : days);
  }

  private CertificateMaker.Made makeCa() {
    CertificateMaker.Made ca =
        new CertificateMaker(clock)
            .ca(
                name == null || !what.equals("ca") ? "Wirelace development CA" : name,
                validity(365));
    files().write("ca", List.of(ca.certificate()), ca.key());
    tell("ca", ca, List.of("ca=" + out.resolve("ca.pem")));
    return ca;
  }

  private void makeServer() {
    List<String> names = sans == null ? LOOPBACK : sans;
    files().requireFree("server");
    CertificateMaker.Made ca = files().hasCa() ? files().readCa() : makeCa();
    make(
        ca,
        "server",
        new CertificateMaker.Subject(name == null ? names.getFirst() : name, names, true, true));
  }

  private void makeClient() {
    String client = subject;
    if (client == null || !client.matches("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")) {
      throw usage(
          (client == null ? "no name" : client)
              + " (expected lace cert client NAME, of letters, digits and . _ @ -)");
    }
    if (List.of("ca", "server").contains(client)) {
      throw usage(client + ": that is the name of another file (expected one of its own)");
    }
    files().requireFree(client);
    CertificateMaker.Made ca = files().hasCa() ? files().readCa() : makeCa();
    make(ca, client, new CertificateMaker.Subject(client, List.of(), false, true));
  }

  private void make(CertificateMaker.Made ca, String file, CertificateMaker.Subject made) {
    CertificateMaker.Made leaf = new CertificateMaker(clock).leaf(ca, made, validity(90));
    files().write(file, List.of(leaf.certificate()), leaf.key());
    tell(
        file,
        leaf,
        List.of("cert=" + out.resolve(file + ".pem") + "&key=" + out.resolve(file + ".key")));
  }

  private void tell(String file, CertificateMaker.Made made, List<String> options) {
    CertificateText text = new CertificateText(made.certificate(), clock.instant());
    if (json) {
      terminal
          .out()
          .println(
              text.json()
                  .put("file", out.resolve(file + ".pem").toString())
                  .put("key_file", out.resolve(file + ".key").toString()));
      return;
    }
    terminal.out().println(out.resolve(file + ".pem") + " and " + file + ".key");
    terminal.out().println(text.lines());
    options.forEach(option -> terminal.out().println("  in a URI    " + option));
  }

  private void show() {
    String shown = subject;
    if (shown == null) {
      throw usage("nothing to show (expected lace cert show FILE or URI)");
    }
    List<X509Certificate> chain =
        shown.contains("://") ? ShownByServer.chain(shown) : CertificateFiles.read(shown);
    for (X509Certificate certificate : chain) {
      CertificateText text = new CertificateText(certificate, clock.instant());
      terminal.out().println(json ? text.json().toString() : text.lines());
    }
  }
}
