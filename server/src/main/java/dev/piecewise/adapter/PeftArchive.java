package dev.piecewise.adapter;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Projection;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * PEFT directories as zips, from whomever they come. Nothing is written where a zip says, no more is unpacked than the largest adapter can have, and of what is in it only the two
 * files are kept that an adapter is.
 */
public final class PeftArchive {
    private static final String WHAT = "the adapter's zip";
    private static final int MOST_ENTRIES = 100;
    private static final int MOST_OVERHEAD = 4 << 20;
    private static final int BYTES_OF_A_FLOAT = 4;

    private final Map<String, byte[]> files;

    private PeftArchive(Map<String, byte[]> files) {
        this.files = files;
    }

    /** Opens a zip with an adapter of this base model of at most this rank. {@link BadFileException} says what is wrong with it. */
    public static PeftArchive open(byte[] zip, ModelConfig base, int maxRank) {
        Map<String, byte[]> files = new TreeMap<>();
        String place = null;
        long left = largest(base, maxRank);
        int entries = 0;
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                String name = checked(entry.getName());
                byte[] content = in.readNBytes((int) Math.min(Integer.MAX_VALUE, left + 1));
                left -= content.length;
                if (left < 0 || ++entries > MOST_ENTRIES) {
                    throw new BadFileException(
                            WHAT, "unpacks to more than an adapter of rank %d can have".formatted(maxRank));
                }
                String file = name.substring(name.lastIndexOf('/') + 1);
                if (file.equals(PeftReader.CONFIG) || file.equals(PeftReader.WEIGHTS)) {
                    String directory = name.substring(0, name.length() - file.length());
                    if ((place != null && !place.equals(directory)) || files.put(file, content) != null) {
                        throw new BadFileException(WHAT, "holds more than one adapter");
                    }
                    place = directory;
                }
            }
        } catch (IOException | IllegalArgumentException broken) {
            throw new BadFileException(WHAT, "cannot be unpacked: " + broken.getMessage());
        }
        if (entries == 0) {
            throw new BadFileException(WHAT, "is no zip, or an empty one");
        }
        return new PeftArchive(files);
    }

    /** The adapter, read and checked as a PEFT directory is. */
    public LoraAdapter read(ModelConfig base, String baseFingerprint) {
        try {
            Path directory = Files.createTempDirectory("piecewise-adapter");
            try {
                for (Map.Entry<String, byte[]> file : files.entrySet()) {
                    Files.write(directory.resolve(file.getKey()), file.getValue());
                }
                return PeftReader.read(directory, base, baseFingerprint);
            } catch (BadFileException bad) {
                throw new BadFileException(
                        WHAT, bad.text().replace(directory.toString(), "").replaceFirst("^/", ""));
            } finally {
                for (String file : files.keySet()) {
                    Files.deleteIfExists(directory.resolve(file));
                }
                Files.delete(directory);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The two files as a zip of their own. */
    public byte[] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                ZipEntry entry = new ZipEntry(file.getKey());
                entry.setTime(0);
                zip.putNextEntry(entry);
                zip.write(file.getValue());
                zip.closeEntry();
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /** No name of an entry is ever used as a path; one that leads out of the zip is refused all the same. */
    private static String checked(String name) {
        String plain = name.replace('\\', '/');
        if (plain.startsWith("/") || plain.matches("[A-Za-z]:.*") || ("/" + plain + "/").contains("/../")) {
            throw new BadFileException(WHAT, "holds an entry whose name leads out of it");
        }
        return plain;
    }

    private static long largest(ModelConfig base, int maxRank) {
        long values = 0;
        for (Projection projection : Projection.values()) {
            values += (long) maxRank * (base.in(projection) + base.out(projection));
        }
        return BYTES_OF_A_FLOAT * values * base.layers() + MOST_OVERHEAD;
    }
}
