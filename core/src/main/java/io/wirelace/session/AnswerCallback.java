package io.wirelace.session;

import io.wirelace.error.Fault;

/**
 * Takes the answer to a request, for those who send very many: where a future costs several objects
 * a request, this costs none, and one callback may serve any number of requests.
 *
 * <p>Exactly one of the two is called, once for each request that was taken, on the session's event
 * loop: it must not block. What it throws is logged and harms nobody.
 */
public interface AnswerCallback {
  /**
   * The answer is there.
   *
   * @param body its body, the callback's to keep
   */
  void onAnswer(byte[] body);

  /**
   * There is no answer: the peer failed the request, its time was up, or the session ended.
   *
   * @param fault why, with the code that {@link Session#request(String, byte[])} would throw
   */
  void onFailure(Fault fault);
}
