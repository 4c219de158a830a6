package dev.piecewise.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class SafetensorsFileTest {
    @TempDir
    Path directory;

    @Test
    void readsWhatWasWrittenInEveryFloatFormat() {
        float[] values = {1, -2.5f, 0.15625f, 65504, -0.0f, 1f / 32768};
        SafetensorsWriter writer = new SafetensorsWriter(Map.of("format", "pt"));
        for (DType dtype : new DType[] {DType.F64, DType.F32, DType.F16}) {
            writer.add(dtype.name(), dtype, () -> values, 2, 3);
        }
        writer.write(file());
        try (SafetensorsFile read = SafetensorsFile.open(file())) {
            assertThat(read.metadata()).containsExactly(Map.entry("format", "pt"));
            assertThat(read.floats("F64")).containsExactly(values);
            assertThat(read.floats("F32")).containsExactly(values);
            assertThat(read.floats("F16")).containsExactly(values);
            assertThat(read.tensor("F16").shape()).containsExactly(2, 3);
        }
    }

    @Test
    void roundsBfloat16ToNearestEven() {
        float[] values = {1, 1 + 1f / 256, 1 + 3f / 256, -3.4028235e38f, Float.NaN, Float.POSITIVE_INFINITY};
        new SafetensorsWriter(Map.of()).add("x", DType.BF16, () -> values, 6).write(file());
        try (SafetensorsFile read = SafetensorsFile.open(file())) {
            assertThat(read.floats("x"))
                    .containsExactly(1, 1, 1 + 4f / 256, Float.NEGATIVE_INFINITY, Float.NaN, Float.POSITIVE_INFINITY);
        }
    }

    @Test
    void beginsDataAtAMultipleOfEightAndReportsWhereTensorsLie() throws IOException {
        new SafetensorsWriter(Map.of())
                .add("a", new float[] {1, 2}, 2)
                .add("b", new float[] {3}, 1)
                .write(file());
        try (SafetensorsFile read = SafetensorsFile.open(file())) {
            TensorInfo b = read.tensor("b");
            assertThat(read.tensor("a").offset() % 8).isZero();
            assertThat(b.offset()).isEqualTo(read.tensor("a").offset() + 8);
            assertThat(ByteBuffer.wrap(Files.readAllBytes(file()))
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getFloat((int) b.offset()))
                    .isEqualTo(3);
            assertThat(read.slice(b).get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0)).isEqualTo(3);
        }
    }

    @Test
    void readsATensorThatLiesBeyondTwoGibibytes() throws IOException {
        long large = (1L << 31) + 4096;
        byte[] header = """
                {"large":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]},"last":{"dtype":"F32","shape":[2],"data_offsets":[%d,%d]}}""".formatted(large, large, large, large + 8).getBytes(StandardCharsets.UTF_8);
        try (FileChannel channel = FileChannel.open(
                file(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.write(little(8).putLong(header.length).flip());
            channel.write(ByteBuffer.wrap(header), 8);
            channel.write(little(8).putFloat(0.5f).putFloat(-7).flip(), 8 + header.length + large);
        }
        try (SafetensorsFile read = SafetensorsFile.open(file())) {
            assertThat(read.tensor("large").bytes()).isEqualTo(large);
            assertThat(read.floats("last")).containsExactly(0.5f, -7);
        }
    }

    static Stream<Arguments> lies() {
        String good = "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}";
        return Stream.of(
                arguments("[]", 0, "not a JSON object"),
                arguments("{'a':", 0, "not valid JSON"),
                arguments(good + "x", 8, "not valid JSON"),
                arguments("{'a':1}", 0, "tensor a has dtype"),
                arguments(good.replace("F32", "F31"), 8, "tensor a has dtype \"F31\", which is not known"),
                arguments(good.replace("[2]", "[3]"), 8, "tensor a has 8 bytes, but F32 [3] needs 12"),
                arguments(good.replace("[2]", "[-2]"), 8, "tensor a has shape [-2]"),
                arguments(good.replace("[2]", "[2.0]"), 8, "tensor a has shape [2.0]"),
                arguments(good.replace("[2]", "[4611686018427387904,4]"), 8, "larger than any file"),
                arguments(good.replace("[0,8]", "[8,0]"), 8, "no range"),
                arguments(good.replace("[0,8]", "[0]"), 8, "no range"),
                arguments(good.replace("[0,8]", "[0,9223372036854775807]"), 8, "ends at byte 9223372036854775807"),
                arguments(good, 7, "tensor a ends at byte 8 of the data, but the file holds 7"),
                arguments(good, 9, "holds 1 bytes after its last tensor"),
                arguments(good.replace("[0,8]", "[4,12]"), 12, "tensor a leaves a hole"),
                arguments(
                        "{'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2]},"
                                + "'b':{'dtype':'U8','shape':[2],'data_offsets':[1,3]}}",
                        3,
                        "tensor b overlaps"),
                arguments(
                        "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]},"
                                + "'a':{'dtype':'U8','shape':[1],'data_offsets':[1,2]}}",
                        2,
                        "Duplicate field 'a'"),
                arguments("{'__metadata__':{'x':1}}", 0, "metadata \"x\""),
                arguments("{'__metadata__':[]}", 0, "metadata that are not an object"));
    }

    @ParameterizedTest
    @MethodSource("lies")
    void refusesAHeaderThatLies(String header, int dataBytes, String reason) throws IOException {
        byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        Files.write(
                file(),
                little(8 + json.length + dataBytes)
                        .putLong(json.length)
                        .put(json)
                        .array());
        assertThatThrownBy(() -> SafetensorsFile.open(file()))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining(reason)
                .hasMessageStartingWith(file().toString());
    }

    @Test
    void refusesAFileTooShortForItsHeader() throws IOException {
        Files.write(file(), new byte[7]);
        assertThatThrownBy(() -> SafetensorsFile.open(file())).hasMessageContaining("truncated");
        Files.write(file(), little(10).putLong(3).array());
        assertThatThrownBy(() -> SafetensorsFile.open(file())).hasMessageContaining("truncated");
        Files.write(file(), little(10).putLong(-1).array());
        assertThatThrownBy(() -> SafetensorsFile.open(file()))
                .hasMessageContaining("claims 18446744073709551615 bytes");
        assertThatThrownBy(() -> SafetensorsFile.open(directory)).isInstanceOf(BadFileException.class);
        assertThatThrownBy(() -> SafetensorsFile.open(directory.resolve("none")))
                .hasMessageContaining("does not exist");
    }

    @Test
    void namesTheTensorThatIsMissingOrNoFloat() {
        new SafetensorsWriter(Map.of())
                .add("ids", DType.I64, java.lang.foreign.MemorySegment.ofArray(new byte[16]), 2)
                .write(file());
        try (SafetensorsFile read = SafetensorsFile.open(file())) {
            assertThatThrownBy(() -> read.floats("ids")).hasMessageContaining("tensor ids has dtype I64; expected F32");
            assertThatThrownBy(() -> read.floats("other")).hasMessageContaining("tensor other is missing");
        }
    }

    /** Whatever bytes change, the file is refused with a {@link BadFileException} or read within its bounds. */
    @Test
    void survivesFilesThatWereDamagedAtRandom() throws IOException {
        new SafetensorsWriter(Map.of("format", "pt"))
                .add("first", new float[] {1, 2, 3, 4}, 2, 2)
                .add("second", DType.BF16, () -> new float[6], 3, 2)
                .write(file());
        byte[] good = Files.readAllBytes(file());
        Random random = new Random(7);
        int refused = 0;
        for (int round = 0; round < 1000; round++) {
            Files.write(file(), damage(good, random));
            try (SafetensorsFile read = SafetensorsFile.open(file())) {
                read.tensors().stream()
                        .filter(tensor -> tensor.dtype().isFloat())
                        .forEach(read::floats);
            } catch (BadFileException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(500, 1000);
    }

    private static byte[] damage(byte[] good, Random random) {
        byte[] bad = good.clone();
        for (int i = random.nextInt(3); i >= 0; i--) {
            int end = random.nextBoolean() ? 16 : bad.length;
            bad[random.nextInt(end)] = (byte) (random.nextBoolean() ? random.nextInt(256) : '0' + random.nextInt(10));
        }
        return random.nextInt(4) == 0 ? Arrays.copyOf(bad, random.nextInt(bad.length)) : bad;
    }

    private Path file() {
        return directory.resolve("x.safetensors");
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
