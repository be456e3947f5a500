package io.wirelace.transport;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file of a listening Unix socket. The socket is bound in a directory that nobody else may
 * enter, gets its mode there, and then appears at its path with one step, already listening: nobody
 * sees it with wider rights, and no client meets it half made.
 *
 * <pre>
 *   prepare()  /run/.k3x9a2/       mode 0700
 *   (bind)     /run/.k3x9a2/s      bound, listening
 *   publish()  mode set; hard link to /run/lace.sock, which fails if something is there
 *   remove()   /run/lace.sock deleted if it is still this socket
 * </pre>
 *
 * <p>What is there already is judged: a socket that nobody listens on is taken over, a live one and
 * anything that is no socket stay. Each step is a few calls of the file system. One thread at a
 * time.
 */
final class SocketFile {
  /** The longest path that fits a {@code sockaddr_un}, its closing zero apart. */
  private static final int MOST_PATH_BYTES = 107;

  private static final int PRIVATE_NAME_CHARS = 6;

  /** {@code /.k3x9a2/s} in place of the file's own name. */
  private static final int PRIVATE_PATH_BYTES = PRIVATE_NAME_CHARS + 4;

  private static final int S_IFMT = 0xF000;
  private static final int S_IFSOCK = 0xC000;

  /** Others may come and go at the same path meanwhile. */
  private static final int TRIES = 10;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final Endpoint endpoint;
  private final Path path;
  private final Path folder;
  private final Set<PosixFilePermission> mode;
  private @Nullable Object key;

  private SocketFile(Endpoint endpoint, Path path, Path folder, Set<PosixFilePermission> mode) {
    this.endpoint = endpoint;
    this.path = path;
    this.folder = folder;
    this.mode = mode;
  }

  /**
   * The path that an endpoint names.
   *
   * @throws WirelaceException {@link ErrorCode#INVALID_CONFIG} if it cannot be a socket's
   */
  static Path path(Endpoint endpoint) {
    String text = endpoint.path();
    if (!endpoint.host().isEmpty() || endpoint.port() >= 0) {
      throw invalid(endpoint, "a socket file has no host (expected unix:/path or unix:///path)");
    }
    if (!text.startsWith("/") || text.endsWith("/") || text.indexOf('\0') >= 0) {
      throw invalid(endpoint, "not the path of a file (expected unix:/path)");
    }
    Path path;
    try {
      path = Path.of(text);
    } catch (InvalidPathException e) {
      throw invalid(
          endpoint,
          "not a path here, "
              + e.getReason()
              + " (letters beyond ASCII need a UTF-8 locale: set LC_ALL=C.UTF-8)");
    }
    Path parent = path.getParent();
    int bytes = bytes(path);
    if (bytes > MOST_PATH_BYTES) {
      throw invalid(
          endpoint, "a path of " + bytes + " bytes (expected at most " + MOST_PATH_BYTES + ")");
    }
    int most = MOST_PATH_BYTES - PRIVATE_PATH_BYTES;
    if (parent == null || bytes(parent) > most) {
      throw invalid(
          endpoint, "a directory of " + bytes(parent) + " bytes (expected at most " + most + ")");
    }
    return path;
  }

  private static int bytes(@Nullable Path path) {
    return path == null
        ? 0
        : path.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
  }

  private static WirelaceException invalid(Endpoint endpoint, String why) {
    return new WirelaceException(
        ErrorCode.INVALID_CONFIG, "endpoint " + endpoint.uri() + ": " + why);
  }

  /**
   * Makes the directory in which the socket is to be bound.
   *
   * @throws WirelaceException {@link ErrorCode#BIND_FAILED} saying why that cannot be
   */
  static SocketFile prepare(Endpoint endpoint, Set<PosixFilePermission> mode) {
    Path path = path(endpoint);
    try {
      for (int i = 0; i < TRIES; i++) {
        Path folder = path.resolveSibling("." + privateName());
        try {
          Files.createDirectory(
              folder,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
          return new SocketFile(endpoint, path, folder, mode);
        } catch (FileAlreadyExistsException e) {
          // Another name, then.
        }
      }
      throw failed(endpoint, "no free name beside it", null);
    } catch (UnsupportedOperationException e) {
      throw failed(endpoint, "this file system knows no modes", e);
    } catch (IOException e) {
      throw failed(endpoint, why(e, path), e);
    }
  }

  private static String privateName() {
    String digits = Integer.toString(RANDOM.nextInt(1 << 30), 36).toLowerCase(Locale.ROOT);
    return "0".repeat(PRIVATE_NAME_CHARS - digits.length()) + digits;
  }

  private static String why(IOException e, Path path) {
    Path parent = path.getParent();
    if (e instanceof NoSuchFileException) {
      return "there is no directory " + parent + " (make it first)";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied: directory " + parent + " cannot be written to";
    }
    String reason = e instanceof FileSystemException file ? file.getReason() : null;
    return reason == null ? String.valueOf(e.getMessage()) : reason;
  }

  private static WirelaceException failed(
      Endpoint endpoint, String why, @Nullable Throwable cause) {
    return new WirelaceException(
        io.wirelace.error.Fault.of(
            ErrorCode.BIND_FAILED, "cannot listen on " + endpoint.uri() + ": " + why, cause));
  }

  /** Where to bind. */
  Path hidden() {
    return folder.resolve("s");
  }

  /** The path that clients connect to. */
  Path path() {
    return path;
  }

  /**
   * Lets the socket, which is bound and listens, appear at its path.
   *
   * @throws WirelaceException {@link ErrorCode#BIND_FAILED} if something is there that stays
   */
  @SuppressWarnings("try") // the turn is only held
  void publish() {
    try (Turn turn = Turn.at(path)) {
      Files.setPosixFilePermissions(hidden(), mode);
      key = key(hidden());
      for (int i = 0; i < TRIES; i++) {
        try {
          Files.createLink(path, hidden());
          return;
        } catch (FileAlreadyExistsException e) {
          clear();
        }
      }
      throw failed(endpoint, "others come and go there all the time", null);
    } catch (IOException | UnsupportedOperationException e) {
      IOException io = e instanceof IOException as ? as : new IOException(e);
      throw failed(endpoint, why(io, path), e);
    } finally {
      discard();
    }
  }

  /** Makes room at the path if what is there is a socket that nobody listens on. */
  private void clear() throws IOException {
    int fileMode;
    try {
      fileMode = (Integer) Files.getAttribute(path, "unix:mode", NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return; // gone meanwhile
    }
    if ((fileMode & S_IFMT) != S_IFSOCK) {
      throw failed(
          endpoint,
          path + " exists and is no socket (it is left as it is; take another path)",
          null);
    }
    if (isListenedOn(path)) {
      throw taken();
    }
    // Taken out of the way first and asked again there: another server that starts at this moment
    // may have put its own in place after we asked.
    Path old = folder.resolve("o");
    try {
      Files.move(path, old);
    } catch (NoSuchFileException e) {
      return;
    }
    if (isListenedOn(old)) {
      Files.createLink(path, old);
      Files.delete(old);
      throw taken();
    }
    Files.delete(old);
  }

  private WirelaceException taken() {
    return failed(endpoint, "another process listens there (stop it, or take another path)", null);
  }

  /** Whether a connect is answered, or would be by and by. */
  private static boolean isListenedOn(Path socket) throws IOException {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.configureBlocking(false); // a full backlog would hold us up
      probe.connect(UnixDomainSocketAddress.of(socket));
      return true;
    } catch (ConnectException e) {
      return false;
    } catch (SocketException e) {
      if (!Files.exists(socket, NOFOLLOW_LINKS)) {
        return false;
      }
      throw e; // permission denied, and so on: it is somebody else's
    }
  }

  private static @Nullable Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS).fileKey();
  }

  /** Removes what {@link #prepare} made; the socket at its path stays. */
  void discard() {
    try {
      Files.deleteIfExists(hidden());
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      org.slf4j.LoggerFactory.getLogger(SocketFile.class).debug("{} stays behind", folder, e);
    }
  }

  /** Removes the socket from its path, if it is still this one. */
  void remove() {
    try {
      Object ours = key;
      if (ours != null && ours.equals(key(path))) {
        Files.delete(path);
      }
    } catch (IOException e) {
      org.slf4j.LoggerFactory.getLogger(SocketFile.class).debug("{} stays behind", path, e);
    }
  }
}
