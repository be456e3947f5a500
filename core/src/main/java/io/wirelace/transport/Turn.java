package io.wirelace.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One server's turn to look at a path and change what is there, among all that start at once in
 * this process and in others. A lock on a file beside the path, which is gone when nobody has a
 * turn: who waited for the lock of a file that was deleted meanwhile begins again. A process that
 * dies has no turn any more.
 */
final class Turn implements AutoCloseable {
  /** Locks of files are between processes. */
  private static final ReentrantLock IN_THIS_PROCESS = new ReentrantLock();

  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(5);
  private static final long LOOK_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(2);

  private final Path file;
  private final FileChannel channel;

  private Turn(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Waits for a turn, for at most five seconds.
   *
   * @throws IOException if there is none in that time, or the file cannot be made
   */
  static Turn at(Path path) throws IOException {
    Path file = path.resolveSibling("." + path.getFileName() + ".turn");
    IN_THIS_PROCESS.lock();
    boolean taken = false;
    try {
      long end = System.nanoTime() + PATIENCE_NS;
      while (System.nanoTime() - end < 0) {
        Turn turn = tryAt(file);
        if (turn != null) {
          taken = true;
          return turn;
        }
        LockSupport.parkNanos(LOOK_AGAIN_NS);
      }
      throw new IOException("another server has been starting there for five seconds: " + file);
    } finally {
      if (!taken) {
        IN_THIS_PROCESS.unlock();
      }
    }
  }

  private static @Nullable Turn tryAt(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    boolean taken = false;
    try {
      // Who had it before may have deleted the file: then what we have locked is not what is there.
      taken = channel.tryLock() != null && isThere(file, channel);
      return taken ? new Turn(file, channel) : null;
    } finally {
      if (!taken) {
        channel.close();
      }
    }
  }

  /** Whether the file at that path is the one that is open here. */
  private static boolean isThere(Path file, FileChannel channel) throws IOException {
    byte[] mark = UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);
    channel.truncate(0).write(ByteBuffer.wrap(mark), 0);
    try {
      return Arrays.equals(mark, Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Lets the next one have a turn. */
  @Override
  public void close() throws IOException {
    try {
      Files.deleteIfExists(file); // before the lock is free, so that no one else's is deleted
      channel.close();
    } finally {
      IN_THIS_PROCESS.unlock();
    }
  }
}
