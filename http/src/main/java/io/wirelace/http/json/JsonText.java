package io.wirelace.http.json;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/** The one factory of parsers and generators, with its bounds. Stateless. */
final class JsonText {
  static final int MOST_DEPTH = 100;

  /** Text comes from a message of bounded length, so its parts need no bounds of their own. */
  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(
              TokenStreamFactory.Feature.CHARSET_DETECTION) // it is UTF-8, whatever it looks like
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MOST_DEPTH)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  /** A longer body is not looked at: it comes as text. */
  private static final int MOST_DOCUMENT_BYTES = 1024 * 1024; // 1 MiB

  private JsonText() {}

  /** Whether bytes are one JSON object or array and nothing else. */
  static boolean isDocument(byte[] body) {
    if (body.length < 2
        || body.length > MOST_DOCUMENT_BYTES
        || (body[0] != '{' && body[0] != '[')) {
      return false;
    }
    try (JsonParser parser =
        FACTORY.createParser(ObjectReadContext.empty(), body, 0, body.length)) {
      parser.nextToken();
      parser.skipChildren();
      JsonToken after = parser.nextToken();
      return after == null;
    } catch (JacksonException e) {
      return false;
    }
  }
}
