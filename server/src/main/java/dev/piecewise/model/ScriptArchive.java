package dev.piecewise.model;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A TorchScript archive made of source text: a zip of stored entries with the methods of a class {@code Decoder} and a pickle of one empty object of it. PyTorch's
 * own loader reads it (caffe2/serialize/inline_container.h describes the layout), so the model needs no Python and carries no weights.
 */
final class ScriptArchive {
    private static final List<String> FRAGMENTS = List.of(
            "load.py",
            "attention.py",
            "adapters.py",
            "sampling.py",
            "step.py",
            TorchOperators.present() ? "own.py" : "own_missing.py",
            "assemble.py",
            "forecast.py",
            "train.py",
            "measure.py");
    private static final String HEADER = """
            class Decoder(Module):
                __parameters__ = []
                __buffers__ = []
                training : bool
            """;
    private static final byte[] EMPTY_TUPLE = {(byte) 0x80, 2, ')', '.'};

    private ScriptArchive() {}

    static byte[] bytes() {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (ZipOutputStream zip = new ZipOutputStream(out)) {
                put(zip, "data.pkl", emptyObject());
                put(zip, "code/__torch__.py", source().getBytes(StandardCharsets.UTF_8));
                put(zip, "constants.pkl", EMPTY_TUPLE);
                put(zip, "version", "3\n".getBytes(StandardCharsets.US_ASCII));
                put(zip, "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String source() throws IOException {
        StringBuilder source = new StringBuilder(HEADER);
        for (String fragment : FRAGMENTS) {
            try (InputStream in = ScriptArchive.class.getResourceAsStream("/torchscript/" + fragment)) {
                if (in == null) {
                    throw new IOException("the jar lacks torchscript/" + fragment);
                }
                source.append(new String(in.readAllBytes(), StandardCharsets.UTF_8).indent(4));
            }
        }
        return source.toString();
    }

    /** Protocol 2: the class, an empty tuple of arguments, NEWOBJ, the attribute {@code training = False}, BUILD. */
    private static byte[] emptyObject() throws IOException {
        ByteArrayOutputStream pickle = new ByteArrayOutputStream();
        pickle.write(new byte[] {(byte) 0x80, 2});
        pickle.write("c__torch__\nDecoder\n".getBytes(StandardCharsets.US_ASCII));
        pickle.write(new byte[] {'q', 0, ')', (byte) 0x81, '}', '(', 'X', 8, 0, 0, 0});
        pickle.write("training".getBytes(StandardCharsets.US_ASCII));
        pickle.write(new byte[] {(byte) 0x89, 'u', 'b', 'q', 2, '.'});
        return pickle.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry("decoder/" + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        CRC32 checksum = new CRC32();
        checksum.update(content);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
