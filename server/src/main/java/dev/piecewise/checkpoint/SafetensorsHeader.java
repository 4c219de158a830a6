package dev.piecewise.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The header of a safetensors file, believed only after all of it was checked: eight bytes of length, then JSON that gives every tensor a dtype, a shape and a range
 * of the rest of the file. The ranges must cover that rest exactly, without holes and without overlaps.
 */
record SafetensorsHeader(SequencedMap<String, TensorInfo> tensors, Map<String, String> metadata) {
    private static final int LENGTH_BYTES = 8;
    /** The format's own limit. */
    private static final long MAX_BYTES = 100_000_000;

    private static final String METADATA = "__metadata__";
    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    static SafetensorsHeader read(Path file, MemorySegment content) {
        return new Reader(file, content.byteSize()).read(content);
    }

    private record Reader(Path file, long size) {
        SafetensorsHeader read(MemorySegment content) {
            if (size < LENGTH_BYTES) {
                throw bad("is truncated: %d bytes are not even a safetensors header's length".formatted(size));
            }
            long length = content.get(LENGTH, 0);
            if (length < 0 || length > MAX_BYTES) {
                throw bad(
                        "is no safetensors file: its header claims %s bytes".formatted(Long.toUnsignedString(length)));
            }
            if (length > size - LENGTH_BYTES) {
                throw bad("is truncated: its header of %d bytes does not fit a file of %d".formatted(length, size));
            }
            JsonNode root = parse(content.asSlice(LENGTH_BYTES, length).toArray(ValueLayout.JAVA_BYTE));
            long start = LENGTH_BYTES + length;
            SequencedMap<String, TensorInfo> tensors = new LinkedHashMap<>();
            Map<String, String> metadata = Map.of();
            for (Map.Entry<String, JsonNode> entry : root.properties()) {
                if (entry.getKey().equals(METADATA)) {
                    metadata = metadata(entry.getValue());
                } else {
                    tensors.put(entry.getKey(), tensor(entry.getKey(), entry.getValue(), start));
                }
            }
            requireCover(tensors, start);
            return new SafetensorsHeader(tensors, metadata);
        }

        private JsonNode parse(byte[] header) {
            try {
                String text = StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(header))
                        .toString();
                JsonNode root = JSON.readTree(text);
                if (!root.isObject()) {
                    throw bad("is no safetensors file: its header is not a JSON object");
                }
                return root;
            } catch (CharacterCodingException e) {
                throw bad("is no safetensors file: its header is not UTF-8");
            } catch (JsonProcessingException e) {
                throw bad("is no safetensors file: its header is not valid JSON: " + e.getOriginalMessage());
            }
        }

        private Map<String, String> metadata(JsonNode node) {
            Map<String, String> metadata = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> entry : node.properties()) {
                if (!entry.getValue().isTextual()) {
                    throw bad("has metadata \"%s\" that is not a string".formatted(entry.getKey()));
                }
                metadata.put(entry.getKey(), entry.getValue().textValue());
            }
            if (!node.isObject()) {
                throw bad("has metadata that are not an object");
            }
            return Map.copyOf(metadata);
        }

        private TensorInfo tensor(String name, JsonNode node, long start) {
            DType dtype = DType.parse(node.path("dtype").asText())
                    .orElseThrow(() -> bad(name, "has dtype %s, which is not known".formatted(node.path("dtype"))));
            long[] shape = longs(name, node.path("shape"), "shape");
            long[] offsets = longs(name, node.path("data_offsets"), "data_offsets");
            if (offsets.length != 2 || offsets[0] > offsets[1]) {
                throw bad(name, "has data_offsets %s, which are no range".formatted(node.path("data_offsets")));
            }
            if (offsets[1] > size - start) {
                throw bad(
                        name,
                        "ends at byte %d of the data, but the file holds %d: it is truncated or its header lies"
                                .formatted(offsets[1], size - start));
            }
            long bytes = offsets[1] - offsets[0];
            if (bytes != byteSize(name, dtype, shape)) {
                throw bad(
                        name,
                        "has %d bytes, but %s %s needs %d"
                                .formatted(bytes, dtype, node.path("shape"), byteSize(name, dtype, shape)));
            }
            return new TensorInfo(name, dtype, shape, start + offsets[0], bytes);
        }

        private long[] longs(String name, JsonNode node, String field) {
            if (!node.isArray()) {
                throw bad(name, "has no list \"%s\"".formatted(field));
            }
            long[] values = new long[node.size()];
            for (int i = 0; i < values.length; i++) {
                JsonNode value = node.get(i);
                if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
                    throw bad(name, "has %s %s with values that are no sizes".formatted(field, node));
                }
                values[i] = value.longValue();
            }
            return values;
        }

        private long byteSize(String name, DType dtype, long[] shape) {
            try {
                long size = dtype.bytes();
                for (long dimension : shape) {
                    size = Math.multiplyExact(size, dimension);
                }
                return size;
            } catch (ArithmeticException e) {
                throw bad(name, "has a shape that is larger than any file");
            }
        }

        private void requireCover(SequencedMap<String, TensorInfo> tensors, long start) {
            List<TensorInfo> ordered = new ArrayList<>(tensors.values());
            ordered.sort(Comparator.comparingLong(TensorInfo::offset).thenComparingLong(TensorInfo::bytes));
            long expected = start;
            for (TensorInfo tensor : ordered) {
                if (tensor.offset() != expected) {
                    String what =
                            tensor.offset() < expected ? "overlaps the tensor before it" : "leaves a hole before it";
                    throw bad(tensor.name(), "%s at byte %d of the file".formatted(what, tensor.offset()));
                }
                expected += tensor.bytes();
            }
            if (expected != size) {
                throw bad("holds %d bytes after its last tensor that belong to none".formatted(size - expected));
            }
        }

        private BadFileException bad(String reason) {
            return new BadFileException(file, reason);
        }

        private BadFileException bad(String tensor, String reason) {
            return new BadFileException(file, "tensor %s %s".formatted(tensor, reason));
        }
    }
}
