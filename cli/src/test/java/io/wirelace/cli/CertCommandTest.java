package io.wirelace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.transport.PeerIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertCommandTest {
  @TempDir Path directory;

  private Recording cert(String... args) {
    String[] all = new String[args.length + 3];
    all[0] = "cert";
    System.arraycopy(args, 0, all, 1, args.length);
    all[args.length + 1] = "--out";
    all[args.length + 2] = directory.toString();
    return Recording.of(all);
  }

  private Path file(String name) {
    return directory.resolve(name);
  }

  private static String pin(String text) {
    Matcher matcher = Pattern.compile("sha256/[A-Za-z0-9+/]{43}=").matcher(text);
    assertThat(matcher.find()).isTrue();
    return matcher.group();
  }

  @Test
  void aServerAndAClientProveThemselvesWithWhatItMakes() {
    assertThat(cert("server").status()).isZero();
    assertThat(cert("client", "alice").status()).isZero();
    String pin = pin(Recording.of("cert", "show", file("server.pem").toString()).out());
    String ca = "ca=" + file("ca.pem");
    String own = "cert=%s&key=%s".formatted(file("server.pem"), file("server.key"));
    try (Server server =
            Wirelace.server()
                .listen("tls://localhost:0?client-auth=need&" + ca + "&" + own)
                .defaultRoute((session, message) -> message.body())
                .start();
        Client client =
            Wirelace.connect(
                server.uri()
                    + "?server-name=localhost&pin=%s&%s&cert=%s&key=%s"
                        .formatted(pin, ca, file("alice.pem"), file("alice.key")))) {
      assertThat(client.request("", new byte[3])).hasSize(3);
      assertThat(server.sessions())
          .allMatch(s -> s.identity().map(PeerIdentity::label).orElse("").equals("CN=alice"));
      Recording shown = Recording.of("cert", "show", server.uri(), "--json");
      assertThat(shown.status()).isZero();
      assertThat(shown.out())
          .contains("\"subject\":\"CN=localhost\"")
          .contains("\"pin\":\"" + pin + "\"")
          .contains("\"days_left\":89");
    }
  }

  @Test
  void keysAreForTheirOwnerAlone() throws IOException {
    cert("server");
    for (String name : new String[] {"ca.key", "server.key"}) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(name))))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void whatIsThereIsNotOverwrittenUnlessForced() throws IOException {
    cert("server");
    String before = Files.readString(file("server.pem"));
    Recording again = cert("server");
    assertThat(again.status()).isEqualTo(1);
    assertThat(again.err()).contains("is there already").contains("--force");
    assertThat(Files.readString(file("server.pem"))).isEqualTo(before);
    assertThat(cert("ca").status()).isEqualTo(1);
    String ca = Files.readString(file("ca.pem"));
    assertThat(cert("server", "--force").status()).isZero();
    assertThat(Files.readString(file("server.pem"))).isNotEqualTo(before);
    assertThat(Files.readString(file("ca.pem"))).isEqualTo(ca);
  }

  @Test
  void namesDaysAndTheCasNameAreAsAskedFor() {
    assertThat(cert("ca", "--name", "Our CA", "--days", "10").status()).isZero();
    assertThat(cert("server", "--san", "a.example,10.0.0.1", "--san", "*.b.example").status())
        .isZero();
    Recording shown = Recording.of("cert", "show", file("server.pem").toString());
    assertThat(shown.out())
        .contains("CN=a.example")
        .contains("a.example, 10.0.0.1, *.b.example")
        .contains("issuer      CN=Our CA")
        .contains("EC 256 bits")
        .contains("89 days left");
    assertThat(Recording.of("cert", "show", file("ca.pem").toString()).out())
        .contains("(a CA)")
        .contains("itself")
        .contains("9 days left");
  }

  @Test
  void whatCannotBeShownIsNamed() {
    assertThat(Recording.of("cert", "show", "/nowhere.pem").status()).isEqualTo(1);
    assertThat(Recording.of("cert", "show", "/nowhere.pem").err()).contains("/nowhere.pem");
    assertThat(Recording.of("cert", "show", "tls://127.0.0.1:1").status()).isEqualTo(4);
    assertThat(Recording.of("cert", "show").status()).isEqualTo(2);
  }
}
