package io.wirelace.security;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows a client's certificate to each server that asks for one of its kind, whichever CAs the
 * server names. The JDK's shows it only where one of them issued it, or a certificate in its file:
 * without its intermediate, it is not shown to a server that names the root, and the server can
 * only say that there is none. Stateless; any thread.
 */
public final class ClientKeys extends X509ExtendedKeyManager {
  private static final String ALIAS = "own";

  private final Credential own;

  /** Of a client. */
  public ClientKeys(Credential own) {
    this.own = own;
  }

  /** {@code EC} is asked for as EC, or with what signed its certificate: EC_RSA. */
  private @Nullable String aliasFor(@Nullable String @Nullable [] keyTypes) {
    String algorithm = own.key().getAlgorithm();
    return keyTypes != null
            && Arrays.stream(keyTypes)
                .anyMatch(type ->
                    type != null && (type.equals(algorithm) || type.startsWith(algorithm + "_")))
        ? ALIAS
        : null;
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return aliasFor(keyTypes);
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return aliasFor(keyTypes);
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    String alias = aliasFor(new String[] {keyType});
    return alias == null ? null : new String[] {alias};
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    return own.chain().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    return own.key();
  }
}
