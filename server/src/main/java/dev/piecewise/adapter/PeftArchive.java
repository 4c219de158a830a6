package dev.piecewise.adapter;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.JsonFields;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.SafetensorsFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * PEFT directories as zips, from whomever they come. Nothing is written where a zip says, no more is unpacked than the largest adapter can have, and of what is in it only the two
 * files are kept that an adapter is. Closing it ends the adapter's file.
 */
public final class PeftArchive implements AutoCloseable {
    static final String WHAT = "the adapter's zip";
    private static final int COPIED_AT_ONCE = 1 << 20;

    private final byte @Nullable [] config;
    private final @Nullable Weights weights;

    PeftArchive(byte @Nullable [] config, @Nullable Weights weights) {
        this.config = config;
        this.weights = weights;
    }

    /** The weights' file in memory, or mapped into it until it is closed. */
    record Weights(MemorySegment content, Runnable unmap) {}

    /** Unpacks an adapter of this base model of at most this rank to the disk. {@link BadFileException} says what is wrong with the zip. */
    public static PeftArchive open(InputStream zip, ModelConfig base, int maxRank) {
        return new PeftUnpacking(base, maxRank, false).of(zip);
    }

    /** As {@link #open}, in memory: what {@link #writeTo} has written takes one copy. */
    public static PeftArchive stored(InputStream zip, ModelConfig base, int maxRank) {
        return new PeftUnpacking(base, maxRank, true).of(zip);
    }

    /** The adapter, checked as a PEFT directory is, for as long as this is open. */
    public PeftAdapter adapter(ModelConfig base, String baseFingerprint) {
        if (config == null) {
            throw PeftReader.noConfig(WHAT);
        }
        if (weights == null) {
            throw PeftReader.noWeights(WHAT);
        }
        String configName = WHAT + ": " + PeftReader.CONFIG;
        JsonFields fields = JsonFields.parse(configName, text(configName, config));
        SafetensorsFile file = SafetensorsFile.of(Path.of(WHAT + ": " + PeftReader.WEIGHTS), weights.content());
        return PeftReader.open(fields, file, base, baseFingerprint);
    }

    private static String text(String name, byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new BadFileException(name, "is not UTF-8");
        }
    }

    /** The two files as a zip of their own, not compressed: weights are hardly smaller then, and ten times as long to read. */
    public void writeTo(OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        if (config != null) {
            write(zip, PeftReader.CONFIG, MemorySegment.ofArray(config));
        }
        if (weights != null) {
            write(zip, PeftReader.WEIGHTS, weights.content());
        }
        zip.finish();
    }

    private static void write(ZipOutputStream zip, String name, MemorySegment content) throws IOException {
        CRC32 crc = new CRC32();
        inParts(content, part -> crc.update(part, 0, part.length));
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setTime(0);
        entry.setSize(content.byteSize());
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        inParts(content, zip::write);
        zip.closeEntry();
    }

    @FunctionalInterface
    private interface Sink {
        void take(byte[] part) throws IOException;
    }

    private static void inParts(MemorySegment content, Sink sink) throws IOException {
        for (long from = 0; from < content.byteSize(); from += COPIED_AT_ONCE) {
            long length = Math.min(COPIED_AT_ONCE, content.byteSize() - from);
            sink.take(content.asSlice(from, length).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    @Override
    public void close() {
        if (weights != null) {
            weights.unmap().run();
        }
    }
}
