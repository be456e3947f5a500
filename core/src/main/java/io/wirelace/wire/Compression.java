package io.wirelace.wire;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.wirelace.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import org.jspecify.annotations.Nullable;

/**
 * How bodies are compressed. A compressed body is {@code u8 algorithm, u32 uncompressed bytes,
 * data}. LZ4 and Zstd need their libraries on the class path ({@code at.yawk.lz4:lz4-java}, {@code
 * com.github.luben:zstd-jni}); {@link #available} says whether they are.
 */
public enum Compression {
  /** Not at all. */
  NONE(0),
  /** LZ4 blocks: fast. */
  LZ4(1),
  /** Zstandard, level 1: denser. */
  ZSTD(2);

  /** Algorithm and uncompressed size in front of the data. */
  static final int PREFIX_BYTES = 5;

  private static final int ZSTD_LEVEL = 1;

  private final int number;

  Compression(int number) {
    this.number = number;
  }

  /** The feature's name in HELLO and WELCOME. */
  public String feature() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether its library is there. */
  public boolean available() {
    return switch (this) {
      case NONE -> true;
      case LZ4 -> Libraries.LZ4_PRESENT;
      case ZSTD -> Libraries.ZSTD_PRESENT;
    };
  }

  /**
   * The compressed form of a body with its prefix, or null if that would not be smaller.
   *
   * @throws IllegalStateException if the library is not there
   */
  byte @Nullable [] deflate(byte[] body) {
    byte[] out =
        switch (this) {
          case NONE -> null;
          case LZ4 -> Lz4.deflate(body);
          case ZSTD -> ZstdLibrary.deflate(body);
        };
    if (out == null) {
      return null;
    }
    ByteBuffer.wrap(out).put((byte) number).putInt(body.length);
    return out;
  }

  /**
   * Inflates a compressed body.
   *
   * @param most the most bytes it may inflate to; judged before anything is inflated
   */
  static byte[] inflate(ByteBuffer in, int at, int length, int most)
      throws MalformedFrameException {
    if (length < PREFIX_BYTES) {
      throw damaged("a compressed body of " + length + " bytes (expected 5 or more)");
    }
    int algorithm = in.get(at);
    long size = in.getInt(at + 1) & 0xFFFF_FFFFL;
    if (size > most) {
      throw damaged("body inflates to " + size + " bytes (at most " + most + " allowed)");
    }
    byte[] data = new byte[length - PREFIX_BYTES];
    in.get(at + PREFIX_BYTES, data);
    return switch (algorithm) {
      case 1 -> Lz4.inflate(data, (int) size);
      case 2 -> ZstdLibrary.inflate(data, (int) size);
      default -> throw damaged("compression algorithm " + algorithm + " (expected 1 or 2)");
    };
  }

  private static MalformedFrameException damaged(String message) {
    return new MalformedFrameException(ErrorCode.DECOMPRESSION_FAILED, message);
  }

  /** Looks for the optional libraries once. */
  private static final class Libraries {
    static final boolean LZ4_PRESENT = present("net.jpountz.lz4.LZ4Factory");
    static final boolean ZSTD_PRESENT = present("com.github.luben.zstd.Zstd");

    private static boolean present(String className) {
      try {
        // Initialized too: a library whose native part does not load is not there.
        Class.forName(className, true, Compression.class.getClassLoader());
        return true;
      } catch (ClassNotFoundException | LinkageError e) {
        return false;
      }
    }
  }

  /** Keeps the names of the LZ4 library out of classes that load without it. */
  private static final class Lz4 {
    // The safe decompressor only: it never reads or writes outside the arrays it is given.
    private static final LZ4Factory FACTORY = LZ4Factory.fastestInstance();

    static byte @Nullable [] deflate(byte[] body) {
      byte[] out =
          new byte[PREFIX_BYTES + FACTORY.fastCompressor().maxCompressedLength(body.length)];
      int bytes =
          FACTORY
              .fastCompressor()
              .compress(body, 0, body.length, out, PREFIX_BYTES, out.length - PREFIX_BYTES);
      return PREFIX_BYTES + bytes < body.length ? Arrays.copyOf(out, PREFIX_BYTES + bytes) : null;
    }

    static byte[] inflate(byte[] data, int size) throws MalformedFrameException {
      if (!LZ4.available()) {
        throw damaged("LZ4 is not available here");
      }
      byte[] body = allocate(data, size);
      try {
        int bytes = FACTORY.safeDecompressor().decompress(data, 0, data.length, body, 0, size);
        if (bytes == size) {
          return body;
        }
        throw damaged("LZ4 body inflates to " + bytes + " bytes instead of " + size);
      } catch (LZ4Exception e) {
        throw damaged("LZ4 data is damaged");
      }
    }

    /** LZ4 gains at most 255:1, so a larger claim is a lie that costs no memory to refute. */
    private static byte[] allocate(byte[] data, int size) throws MalformedFrameException {
      if (size > 255L * data.length) {
        throw damaged("LZ4 body of " + data.length + " bytes claims to inflate to " + size);
      }
      return new byte[size];
    }
  }

  /** Keeps the names of the Zstd library out of classes that load without it. */
  private static final class ZstdLibrary {
    /** A context costs far more to make than a body to compress; no more are kept than can work. */
    private static final int MOST_SPARES = 2 * Runtime.getRuntime().availableProcessors();

    private static final BlockingQueue<ZstdCompressCtx> DEFLATING =
        new ArrayBlockingQueue<>(MOST_SPARES);
    private static final BlockingQueue<ZstdDecompressCtx> INFLATING =
        new ArrayBlockingQueue<>(MOST_SPARES);

    static byte @Nullable [] deflate(byte[] body) {
      byte[] out = new byte[PREFIX_BYTES + (int) Zstd.compressBound(body.length)];
      ZstdCompressCtx spare = DEFLATING.poll();
      ZstdCompressCtx context = spare != null ? spare : new ZstdCompressCtx().setLevel(ZSTD_LEVEL);
      int bytes;
      try {
        bytes =
            context.compressByteArray(
                out, PREFIX_BYTES, out.length - PREFIX_BYTES, body, 0, body.length);
      } catch (ZstdException e) {
        return null; // it goes as it is
      } finally {
        if (!DEFLATING.offer(context)) {
          context.close();
        }
      }
      return PREFIX_BYTES + bytes < body.length ? Arrays.copyOf(out, PREFIX_BYTES + bytes) : null;
    }

    static byte[] inflate(byte[] data, int size) throws MalformedFrameException {
      if (!ZSTD.available()) {
        throw damaged("Zstd is not available here");
      }
      byte[] body = new byte[size];
      ZstdDecompressCtx spare = INFLATING.poll();
      ZstdDecompressCtx context = spare != null ? spare : new ZstdDecompressCtx();
      int bytes;
      try {
        bytes = context.decompressByteArray(body, 0, size, data, 0, data.length);
      } catch (ZstdException e) {
        throw damaged("Zstd data is damaged: " + e.getMessage());
      } finally {
        if (!INFLATING.offer(context)) {
          context.close();
        }
      }
      if (bytes != size) {
        throw damaged("Zstd body inflates to " + bytes + " bytes instead of " + size);
      }
      return body;
    }
  }
}
