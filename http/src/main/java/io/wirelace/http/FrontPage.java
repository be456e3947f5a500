package io.wirelace.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;

/**
 * What plain HTTP requests get on a port that several protocols share: one page at {@code /} that
 * says what this is. It loads nothing, and nothing of the request is in it.
 */
final class FrontPage {
  private static final String STYLE =
      "body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem;"
          + "color:#1d2733;background:#fff}code,pre{background:#eef1f4;border-radius:4px;"
          + "padding:.1em .3em}pre{padding:.8em;overflow:auto}"
          + "@media(prefers-color-scheme:dark){body{color:#dfe6ee;background:#14191f}"
          + "code,pre{background:#232b34}}";

  private static final String PAGE =
      """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width">
      <title>Wirelace</title>
      <style>@STYLE@</style>
      </head>
      <body>
      <h1>This is a Wirelace server</h1>
      <p>It is alive, and this page is all it has for browsers. Programs talk to it on this port with a
      Wirelace client, or by WebSocket at <code>@PATH@</code>.</p>
      <h2>Console</h2>
      <p>Open your browser&#8217;s console on this page and say:</p>
      <pre>ws = new WebSocket(location.origin.replace(/^http/, 'ws') + '@PATH@', 'lace.json')
      ws.onmessage = message =&gt; console.log(message.data)
      ws.onopen = () =&gt; ws.send('{"type":"request","id":1,"route":"echo","body":"hello"}')</pre>
      <p>From a terminal: <code>lace request -e tcp://HOST:PORT echo hello</code></p>
      <h2>Documentation</h2>
      <p>The folder <code>docs/</code> of the distribution; begin with <code>docs/lace.md</code>, and with
      <code>docs/transports/websocket.md</code> for the messages above. <code>lace --help</code> lists the commands,
      <code>lace error N</code> explains a code.</p>
      </body>
      </html>
      """;

  private static final String POLICY =
      "default-src 'none'; style-src 'sha256-"
          + sha256(STYLE)
          + "'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private FrontPage() {}

  /** Answers a request that does not want a WebSocket. */
  static HttpAnswer answer(HttpHead request, String path) {
    String method = request.start().first();
    String target = request.start().second();
    String version = request.start().third();
    if (!version.equals("HTTP/1.1") && !version.equals("HTTP/1.0")) {
      return HttpAnswer.of(HttpStatus.VERSION_NOT_SUPPORTED, "expected HTTP/1.1");
    }
    if (!method.equals("GET") && !method.equals("HEAD")) {
      return HttpAnswer.of(HttpStatus.METHOD_NOT_ALLOWED, "expected GET or HEAD")
          .with("Allow", "GET, HEAD");
    }
    if (target.equals(path)) {
      return HttpAnswer.of(HttpStatus.UPGRADE_REQUIRED, "this is a WebSocket, version 13")
          .with("Upgrade", "websocket")
          .with("Sec-WebSocket-Version", Upgrade.VERSION);
    }
    int query = target.indexOf('?');
    if (!(query < 0 ? target : target.substring(0, query)).equals("/")) {
      return HttpAnswer.of(HttpStatus.NOT_FOUND, "nothing here");
    }
    String shown =
        path.replace("&", "&amp;")
            .replace("<", "&lt;")
            .replace(">", "&gt;")
            .replace("\"", "&quot;")
            .replace("'", "&#39;");
    return new HttpAnswer(
        HttpStatus.OK,
        Map.of(
            "Content-Security-Policy", POLICY,
            "Referrer-Policy", "no-referrer",
            "X-Frame-Options", "DENY"),
        "text/html; charset=utf-8",
        PAGE.replace("@STYLE@", STYLE).replace("@PATH@", shown));
  }

  private static String sha256(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
