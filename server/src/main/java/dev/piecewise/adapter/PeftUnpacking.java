package dev.piecewise.adapter;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.ScratchFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/** One zip being unpacked, entry by entry, within bounds. Used once. */
final class PeftUnpacking {
    private static final int MOST_ENTRIES = 100;
    private static final int MOST_OVERHEAD = 4 << 20;
    private static final int COPIED_AT_ONCE = 1 << 16;

    private final int maxRank;
    private final boolean inMemory;
    private long left;
    private int entries;
    private @Nullable String place;
    private byte @Nullable [] config;
    private PeftArchive.@Nullable Weights weights;

    PeftUnpacking(ModelConfig base, int maxRank, boolean inMemory) {
        this.maxRank = maxRank;
        this.inMemory = inMemory;
        left = largest(base, maxRank);
    }

    PeftArchive of(InputStream zip) {
        boolean whole = false;
        try (ZipInputStream in = new ZipInputStream(zip)) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                take(entry, in);
            }
            whole = true;
        } catch (IOException | IllegalArgumentException broken) {
            throw new BadFileException(PeftArchive.WHAT, "cannot be unpacked: " + broken.getMessage());
        } finally {
            if (!whole && weights != null) {
                weights.unmap().run();
            }
        }
        if (entries == 0) {
            throw new BadFileException(PeftArchive.WHAT, "is no zip, or an empty one");
        }
        return new PeftArchive(config, weights);
    }

    private void take(ZipEntry entry, ZipInputStream in) throws IOException {
        String name = checked(entry.getName());
        if (++entries > MOST_ENTRIES) {
            throw tooMuch();
        }
        String file = name.substring(name.lastIndexOf('/') + 1);
        String directory = name.substring(0, name.length() - file.length());
        switch (file) {
            case PeftReader.CONFIG -> {
                requireOne(directory, config != null);
                config = small(in);
            }
            case PeftReader.WEIGHTS -> {
                requireOne(directory, weights != null);
                weights = inMemory ? inMemory(entry, in) : onDisk(in);
            }
            default -> count(in.transferTo(new Counted()));
        }
    }

    /** Whatever is in no file of an adapter, which is only counted. */
    private final class Counted extends OutputStream {
        private long seen;

        @Override
        public void write(int value) {
            write(new byte[1], 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            seen += length;
            if (seen > left) {
                throw tooMuch();
            }
        }
    }

    private void requireOne(String directory, boolean another) {
        if (another || (place != null && !place.equals(directory))) {
            throw new BadFileException(PeftArchive.WHAT, "holds more than one adapter");
        }
        place = directory;
    }

    private byte[] small(ZipInputStream in) throws IOException {
        byte[] content = in.readNBytes((int) Math.min(MOST_OVERHEAD, left) + 1);
        if (content.length > MOST_OVERHEAD) {
            throw tooMuch();
        }
        count(content.length);
        return content;
    }

    /** What says how large it is is copied once. */
    private PeftArchive.Weights inMemory(ZipEntry entry, ZipInputStream in) throws IOException {
        int most = (int) Math.min(Integer.MAX_VALUE - 16L, left + 1);
        byte[] content;
        if (entry.getSize() >= 0 && entry.getSize() < most) {
            content = new byte[(int) entry.getSize()];
            if (in.readNBytes(content, 0, content.length) < content.length) {
                throw new IOException("unexpected end of ZIP input stream");
            }
        } else {
            content = in.readNBytes(most);
        }
        count(content.length);
        return new PeftArchive.Weights(MemorySegment.ofArray(content), () -> {});
    }

    private PeftArchive.Weights onDisk(ZipInputStream in) {
        byte[] part = new byte[COPIED_AT_ONCE];
        try (ScratchFile file = ScratchFile.open()) {
            for (int length = read(in, part); length > 0; length = read(in, part)) {
                count(length);
                file.write(ByteBuffer.wrap(part, 0, length));
            }
            return mapped(file);
        } catch (IOException failed) {
            throw new UncheckedIOException("the temporary directory cannot be written", failed);
        }
    }

    private static PeftArchive.Weights mapped(ScratchFile file) throws IOException {
        Arena arena = Arena.ofShared();
        try {
            return new PeftArchive.Weights(file.map(arena), arena::close);
        } catch (IOException failed) {
            arena.close();
            throw failed;
        }
    }

    private static int read(ZipInputStream in, byte[] part) {
        try {
            return in.read(part);
        } catch (IOException broken) {
            throw new BadFileException(PeftArchive.WHAT, "cannot be unpacked: " + broken.getMessage());
        }
    }

    private void count(long bytes) {
        left -= bytes;
        if (left < 0) {
            throw tooMuch();
        }
    }

    private BadFileException tooMuch() {
        return new BadFileException(
                PeftArchive.WHAT, "unpacks to more than an adapter of rank %d can have".formatted(maxRank));
    }

    /** No name of an entry is ever used as a path; one that leads out of the zip is refused all the same. */
    private static String checked(String name) {
        String plain = name.replace('\\', '/');
        if (plain.startsWith("/") || plain.matches("[A-Za-z]:.*") || ("/" + plain + "/").contains("/../")) {
            throw new BadFileException(PeftArchive.WHAT, "holds an entry whose name leads out of it");
        }
        return plain;
    }

    private static long largest(ModelConfig base, int maxRank) {
        long values = 0;
        for (Projection projection : Projection.values()) {
            values += (long) maxRank * (base.in(projection) + base.out(projection));
        }
        return Float.BYTES * values * base.layers() + MOST_OVERHEAD;
    }
}
