package io.wirelace.wire;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.NativeLibraries;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
  private static final int SKIPPABLE_MAGIC = 0x184D2A50;
  private static final int SKIPPABLE_BYTES = 8;

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
    return whyNot() == null;
  }

  /** What keeps its library from working here, or null if it works. */
  public @Nullable String whyNot() {
    return switch (this) {
      case NONE -> null;
      case LZ4 -> Libraries.WHY_NOT_LZ4;
      case ZSTD -> Libraries.WHY_NOT_ZSTD;
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

  /** A compressed body made longer, to at least so many bytes; null if it cannot be. */
  byte @Nullable [] padded(byte[] body, int least) {
    if (this != ZSTD) {
      return null;
    }
    // A skippable frame (RFC 8878, section 3.1.2), which every Zstd decoder passes over.
    int junk = Math.max(0, least - body.length - SKIPPABLE_BYTES);
    byte[] padded = Arrays.copyOf(body, body.length + SKIPPABLE_BYTES + junk);
    ByteBuffer.wrap(padded, body.length, SKIPPABLE_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(SKIPPABLE_MAGIC)
        .putInt(junk);
    return padded;
  }

  /** The algorithm of a compressed body, by its first byte. */
  static Compression of(int algorithm) throws MalformedFrameException {
    return switch (algorithm) {
      case 1 -> LZ4;
      case 2 -> ZSTD;
      default -> throw damaged("compression algorithm " + algorithm + " (expected 1 or 2)");
    };
  }

  /** Refuses this one unless it is what both sides have agreed on. */
  void requireAgreed(Compression agreed) throws MalformedFrameException {
    if (this != agreed) {
      throw new MalformedFrameException(
          ErrorCode.PROTOCOL_ERROR,
          agreed == NONE
              ? "COMPRESSED was not agreed"
              : "compression by "
                  + feature()
                  + " was not agreed (expected "
                  + agreed.feature()
                  + ")");
    }
  }

  /** Inflates data to exactly that many bytes, or to nothing. */
  byte[] inflate(byte[] data, int at, int length, int size) throws MalformedFrameException {
    if (!available()) {
      throw damaged(feature() + " is not available here");
    }
    return switch (this) {
      case NONE -> throw damaged("not compressed");
      case LZ4 -> Lz4.inflate(data, at, length, size);
      case ZSTD -> ZstdLibrary.inflate(data, at, length, size);
    };
  }

  static MalformedFrameException damaged(String message) {
    return new MalformedFrameException(ErrorCode.DECOMPRESSION_FAILED, message);
  }

  /** Looks for the optional libraries once. */
  private static final class Libraries {
    static final @Nullable String WHY_NOT_LZ4 = whyNot("net.jpountz.lz4.LZ4Factory");
    static final @Nullable String WHY_NOT_ZSTD = whyNot("com.github.luben.zstd.Zstd");

    private static @Nullable String whyNot(String className) {
      try {
        // Initialized too: a library whose native part does not load is not there.
        Class.forName(className, true, Compression.class.getClassLoader());
        return null;
      } catch (ClassNotFoundException e) {
        return "its library is not on the class path";
      } catch (LinkageError e) {
        return "its native library does not load: " + NativeLibraries.whyNot(e, "ZstdTempFolder");
      }
    }
  }

  /** Keeps the names of the LZ4 library out of classes that load without it. */
  private static final class Lz4 {
    // The safe decompressor only: it never reads or writes outside the arrays it is given.
    private static final LZ4Factory FACTORY = LZ4Factory.fastestInstance();

    static {
      UnpackedLibrary.delete("liblz4-java-");
    }

    static byte @Nullable [] deflate(byte[] body) {
      byte[] out =
          new byte[PREFIX_BYTES + FACTORY.fastCompressor().maxCompressedLength(body.length)];
      int bytes =
          FACTORY
              .fastCompressor()
              .compress(body, 0, body.length, out, PREFIX_BYTES, out.length - PREFIX_BYTES);
      return PREFIX_BYTES + bytes < body.length ? Arrays.copyOf(out, PREFIX_BYTES + bytes) : null;
    }

    static byte[] inflate(byte[] data, int at, int length, int size)
        throws MalformedFrameException {
      long gives = Lz4Block.inflatedBytes(data, at, length);
      if (gives != size) { // found out before a byte of it is allocated
        throw damaged("LZ4 body inflates to " + gives + " bytes instead of " + size);
      }
      byte[] body = new byte[size];
      try {
        int bytes = FACTORY.safeDecompressor().decompress(data, at, length, body, 0, size);
        if (bytes == size) {
          return body;
        }
        throw damaged("LZ4 body inflates to " + bytes + " bytes instead of " + size);
      } catch (LZ4Exception e) {
        throw damaged("LZ4 data is damaged");
      }
    }
  }

  /** Keeps the names of the Zstd library out of classes that load without it. */
  private static final class ZstdLibrary {
    /** A context costs far more to make than a body to compress; no more are kept than can work. */
    private static final int MOST_SPARES = 2 * Runtime.getRuntime().availableProcessors();

    private static final int FIRST_ROOM_BYTES = 64 * 1024; // 64 KiB
    private static final int FIRST_ROOM_RATIO = 8;
    private static final int ROOM_GROWTH = 4;
    private static final int NO_ROOM = -1;

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

    /**
     * Tries with room for what such data usually becomes, and with four times as much while that
     * was not enough: so data that are none cost little whatever they claim, and the others a third
     * more at most.
     */
    static byte[] inflate(byte[] data, int at, int length, int size)
        throws MalformedFrameException {
      ZstdDecompressCtx spare = INFLATING.poll();
      ZstdDecompressCtx context = spare != null ? spare : new ZstdDecompressCtx();
      try {
        long room = Math.max(FIRST_ROOM_BYTES, (long) FIRST_ROOM_RATIO * length);
        while (true) {
          byte[] body = new byte[(int) Math.min(size, room)];
          int bytes = inflate(context, data, at, length, body);
          if (bytes == size) {
            return body;
          }
          if (bytes != NO_ROOM || body.length == size) {
            throw damaged(
                bytes == NO_ROOM
                    ? "Zstd body inflates to more than the " + size + " bytes it claims"
                    : "Zstd body inflates to " + bytes + " bytes instead of " + size);
          }
          room *= ROOM_GROWTH;
        }
      } finally {
        if (!INFLATING.offer(context)) {
          context.close();
        }
      }
    }

    /** How many bytes it gave, or {@link #NO_ROOM}. */
    private static int inflate(
        ZstdDecompressCtx context, byte[] data, int at, int length, byte[] body)
        throws MalformedFrameException {
      try {
        return context.decompressByteArray(body, 0, body.length, data, at, length);
      } catch (ZstdException e) {
        if (e.getErrorCode() == Zstd.errDstSizeTooSmall()) {
          return NO_ROOM;
        }
        throw damaged("Zstd data is damaged: " + e.getMessage());
      }
    }
  }
}
