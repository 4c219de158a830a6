package dev.piecewise.checkpoint;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A safetensors file under construction: tensors are added with their shapes, their values are asked for one after the other while the file is written. The data begin
 * at a multiple of 8 bytes; tensors follow in the order they were added, so adding the widest dtypes first keeps all of them aligned.
 */
public final class SafetensorsWriter {
    private static final int BUFFER_BYTES = 1 << 20;
    private static final JsonMapper JSON = new JsonMapper();

    private final Map<String, String> metadata;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    public SafetensorsWriter(Map<String, String> metadata) {
        this.metadata = Map.copyOf(metadata);
    }

    /** Adds an F32 tensor. */
    public SafetensorsWriter add(String name, float[] values, long... shape) {
        return add(name, DType.F32, () -> values, shape);
    }

    /** Adds a tensor whose values, row-major, are made when they are written, and rounded to {@code dtype} then. */
    public SafetensorsWriter add(String name, DType dtype, Supplier<float[]> values, long... shape) {
        return add(name, dtype, channel -> writeFloats(name, channel, values.get(), dtype, shape), shape);
    }

    /** Adds a tensor from its stored bytes. */
    public SafetensorsWriter add(String name, DType dtype, MemorySegment bytes, long... shape) {
        if (bytes.byteSize() != elements(shape) * dtype.bytes()) {
            throw new IllegalArgumentException("tensor %s has %d bytes".formatted(name, bytes.byteSize()));
        }
        return add(name, dtype, channel -> writeBytes(channel, bytes), shape);
    }

    /** Writes everything and publishes the file under its name, in place of one that was there. */
    public void write(Path path) {
        AtomicFiles.file(path, temporary -> {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                writeAll(channel, ByteBuffer.wrap(header()));
                for (Entry entry : entries.values()) {
                    entry.data.writeTo(channel);
                }
            }
        });
    }

    private SafetensorsWriter add(String name, DType dtype, Data data, long... shape) {
        if (entries.putIfAbsent(name, new Entry(dtype, shape.clone(), data)) != null) {
            throw new IllegalArgumentException("tensor " + name + " is there already");
        }
        return this;
    }

    private byte[] header() throws IOException {
        ObjectNode root = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode node = root.putObject("__metadata__");
            metadata.entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(entry -> node.put(entry.getKey(), entry.getValue()));
        }
        long offset = 0;
        for (Map.Entry<String, Entry> named : entries.entrySet()) {
            Entry entry = named.getValue();
            long end = offset + elements(entry.shape) * entry.dtype.bytes();
            ObjectNode node = root.putObject(named.getKey()).put("dtype", entry.dtype.name());
            List<Long> shape = new ArrayList<>();
            for (long dimension : entry.shape) {
                shape.add(dimension);
            }
            node.set("shape", JSON.valueToTree(shape));
            node.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] json = JSON.writeValueAsBytes(root);
        int padded = Math.ceilDiv(json.length, 8) * 8;
        ByteBuffer header = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded).put(json).put(" ".repeat(padded - json.length).getBytes(StandardCharsets.US_ASCII));
        return header.array();
    }

    private static void writeFloats(String name, FileChannel channel, float[] values, DType dtype, long[] shape)
            throws IOException {
        if (values.length != elements(shape)) {
            throw new IllegalArgumentException("tensor %s has %d values".formatted(name, values.length));
        }
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            if (buffer.remaining() < dtype.bytes()) {
                writeAll(channel, buffer.flip());
                buffer.clear();
            }
            FloatFormat.write(value, dtype, buffer);
        }
        writeAll(channel, buffer.flip());
    }

    private static void writeBytes(FileChannel channel, MemorySegment bytes) throws IOException {
        for (long start = 0; start < bytes.byteSize(); start += BUFFER_BYTES) {
            long length = Math.min(BUFFER_BYTES, bytes.byteSize() - start);
            writeAll(channel, bytes.asSlice(start, length).asByteBuffer());
        }
    }

    private static void writeAll(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static long elements(long[] shape) {
        long elements = 1;
        for (long dimension : shape) {
            elements = Math.multiplyExact(elements, dimension);
        }
        return elements;
    }

    @FunctionalInterface
    private interface Data {
        void writeTo(FileChannel channel) throws IOException;
    }

    private record Entry(DType dtype, long[] shape, Data data) {}
}
