package dev.piecewise.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 over a series of values; each value is framed by its length or has a fixed one, so different series never give the same bytes. */
public final class ContentHash {
    private static final int BUFFER_BYTES = 1 << 16;

    private final MessageDigest digest;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    /** {@code purpose} keeps hashes of different kinds of things apart. */
    public ContentHash(String purpose) {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        put(purpose);
    }

    public ContentHash put(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        put(bytes.length);
        digest.update(bytes);
        return this;
    }

    public ContentHash put(long value) {
        digest.update(buffer.clear().putLong(value).flip());
        return this;
    }

    /** By its bits, after {@code -0.0} became {@code 0.0}. */
    public ContentHash put(double value) {
        return put(Double.doubleToLongBits(value + 0.0));
    }

    public ContentHash put(float[] values) {
        put(values.length);
        buffer.clear();
        for (float value : values) {
            if (buffer.remaining() < Float.BYTES) {
                digest.update(buffer.flip());
                buffer.clear();
            }
            buffer.putFloat(value);
        }
        digest.update(buffer.flip());
        return this;
    }

    public ContentHash put(MemorySegment bytes) {
        put(bytes.byteSize());
        byte[] part = buffer.array();
        for (long start = 0; start < bytes.byteSize(); start += part.length) {
            int length = (int) Math.min(part.length, bytes.byteSize() - start);
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, start, part, 0, length);
            digest.update(part, 0, length);
        }
        return this;
    }

    /** {@code sha256:} and 64 hexadecimal digits. Ends this hash. */
    public String finish() {
        return "sha256:" + HexFormat.of().formatHex(digest.digest());
    }
}
